/**
 * `restore`: bring a container back from the files that `checkpoint` wrote, with criu. It makes processes, namespaces and
 * mounts as they were; what belongs to the host, such as bind mounts and the network, is taken from the bundle.
 */
import { closeSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { GlassboxError, Rollback } from "../../0-base/mod.ts";
import { mount, type Op, unshare } from "../../1-kernel/mod.ts";
import { gatherFacts } from "../facts/machine.ts";
import { readBundle } from "../spec/bundle.ts";
import { identify } from "../state/process-identity.ts";
import { forget, reserve, save, saveConfig } from "../state/store.ts";
import { killAll, removeCgroups } from "./cleanup.ts";
import { CRIU_FLAGS, callCriu, criuFlags, OUTSIDE_NETWORK, STREAMS_FILE } from "./criu.ts";
import { hasHooks } from "./hooks.ts";
import { CREATE_HOOKS, poststart } from "./hooks-in-time.ts";
import { oneId } from "./launch-flags.ts";
import { checkUnused, newState } from "./new-container.ts";
import { outsideSources } from "./outside-mounts.ts";
import { writePidFile } from "./pid-file.ts";
import { type Context, text, type Values, type Verb } from "./verb.ts";

export const restore: Verb = {
  args: "ID",
  summary: "bring a container back from files, with criu",
  flags: {
    ...CRIU_FLAGS,
    bundle: { type: "string", short: "b", value: "PATH", help: "directory of the bundle (default: the current one)" },
    "console-socket": { type: "string", value: "PATH", help: "not supported: criu keeps the terminal it finds" },
    detach: { type: "boolean", short: "d", help: "leave the container running and return" },
    "pid-file": { type: "string", value: "PATH", help: "file to write the container's pid to" },
    "no-subreaper": { type: "boolean", help: "accepted: this runtime never takes over orphans" },
    "no-pivot": { type: "boolean", help: "accepted: criu changes the root" },
    "lsm-profile": { type: "string", value: "TYPE:NAME", help: "label for the restored processes" },
    "lsm-mount-context": { type: "string", value: "TEXT", help: "SELinux label for the mounts" },
  },
  async run(context, values, args) {
    const id = oneId(args, "restore");
    if (values.detach !== true) {
      throw new GlassboxError("not supported", `Cannot restore container "${id}" in the foreground`, {
        hint: "Give --detach, and follow it with glassrun state and glassrun kill",
      });
    }
    const directory = reserve(context.root, id);
    const rollback = new Rollback();
    rollback.add(`state of container "${id}"`, () => forget(directory));
    try {
      await readImages(context, values, { id, directory, rollback });
      return 0;
    } catch (thrown) {
      await rollback.undo();
      throw thrown;
    }
  },
};

/** What number the one descriptor has there that is passed on to criu. */
const FIRST_PASSED = 3;

interface Restoring {
  id: string;
  directory: string;
  rollback: Rollback;
}

async function readImages(context: Context, values: Values, { id, directory, rollback }: Restoring): Promise<void> {
  const bundle = readBundle(resolve(text(values, "bundle") ?? "."));
  const { config } = bundle;
  if (config.process?.terminal) {
    throw new GlassboxError(
      "not supported",
      `Cannot restore container "${id}": it has a terminal, at /process/terminal`,
    );
  }
  if (hasHooks(config, [...CREATE_HOOKS, "startContainer"])) {
    context.log.warn("/hooks: only poststart and poststop are run for a container that is restored");
  }
  const { images, work, args } = criuFlags(values);
  const facts = gatherFacts({ config, bundle: bundle.path, rootfs: bundle.rootfs }, id);
  checkUnused(facts.cgroups);
  const stored = newState(id, bundle, facts.cgroups);
  saveConfig(directory, config);
  save(directory, stored);
  rollback.add("processes and cgroups", async () => {
    await killAll(stored);
    await removeCgroups(stored);
  });
  const network = config.linux?.namespaces?.find(({ type }) => type === "network")?.path;
  const networkFd = network === undefined ? undefined : openSync(network, "r");
  const pidFile = join(directory, "restored.pid");
  try {
    await callCriu(
      {
        action: "restore",
        doing: `restore container "${id}"`,
        images,
        work,
        before: ownViewOf(bundle.rootfs),
        args: [
          ...args,
          ...["--root", bundle.rootfs, "--restore-detached", "--pidfile", pidFile],
          ...Object.entries(outsideSources(config, bundle.path)).flatMap(([path, source]) => [
            "--external",
            `mnt[${path}]:${source}`,
          ]),
          ...(networkFd === undefined ? [] : ["--inherit-fd", `fd[${FIRST_PASSED}]:${OUTSIDE_NETWORK}`]),
          ...oldPipes(images).flatMap(([fd, pipe]) => ["--inherit-fd", `fd[${fd}]:${pipe}`]),
          ...facts.cgroups.flatMap(({ place }) => [
            "--cgroup-root",
            place.version === 2 ? place.path : `${place.controllers.join(",")}:${place.path}`,
          ]),
          ...["lsm-profile", "lsm-mount-context"].flatMap((name) => {
            const value = text(values, name);
            return value === undefined ? [] : [`--${name}`, value];
          }),
        ],
        ...(networkFd === undefined ? {} : { descriptors: [networkFd] }),
      },
      context.criu,
    );
  } finally {
    if (networkFd !== undefined) closeSync(networkFd);
  }
  const pid = Number(readFileSync(pidFile, "utf8"));
  stored.init = identify(pid) ?? { pid, startTime: 0 };
  save(directory, stored);
  const callersPidFile = text(values, "pid-file");
  if (callersPidFile !== undefined) writePidFile(callersPidFile, pid);
  rollback.keep();
  await poststart(context, config, stored, directory);
}

/** criu wants the root to be a mount point; in a mount namespace of its own nobody else sees that mount. */
function ownViewOf(rootfs: string): Op[] {
  return [
    unshare({ flags: ["CLONE_NEWNS"] }, { why: "Have a mount table of its own" }),
    mount({ target: "/", flags: ["MS_SLAVE", "MS_REC"] }, { why: "Tell the host nothing of what is mounted" }),
    mount(
      { source: rootfs, target: rootfs, flags: ["MS_BIND", "MS_REC"] },
      { why: "Make the root file system a mount point", from: "/root/path" },
    ),
  ];
}

/** The streams that were pipes, by descriptor. */
function oldPipes(images: string): Array<[fd: number, pipe: string]> {
  let streams: unknown;
  try {
    streams = JSON.parse(readFileSync(join(images, STREAMS_FILE), "utf8"));
  } catch (cause) {
    throw new GlassboxError("not found", `Cannot read "${STREAMS_FILE}" in "${images}": it is no checkpoint`, {
      cause,
      hint: "Name the directory that checkpoint wrote with --image-path",
    });
  }
  if (!Array.isArray(streams)) return [];
  return streams.flatMap((stream, fd) => (String(stream).startsWith("pipe:[") ? [[fd, String(stream)]] : []));
}
