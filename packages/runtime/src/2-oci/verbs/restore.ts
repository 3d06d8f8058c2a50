/**
 * `restore`: bring a container back from the files that `checkpoint` wrote, with criu. It makes processes, namespaces and
 * mounts as they were; what belongs to the host, such as bind mounts and the network, is taken from the bundle.
 */
import { closeSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { GlassboxError, Rollback } from "../../0-base/mod.ts";
import { type CgroupDirectory, mount, type Op, unshare } from "../../1-kernel/mod.ts";
import { gatherFacts } from "../facts/machine.ts";
import { type Bundle, readBundle } from "../spec/bundle.ts";
import type { Config } from "../spec/config.ts";
import { identify } from "../state/process-identity.ts";
import { forget, reserve, save, saveConfig } from "../state/store.ts";
import { killAll, removeCgroups } from "./cleanup.ts";
import {
  CRIU_FLAGS,
  type CriuCall,
  callCriu,
  criuFlags,
  OUTSIDE_NETWORK,
  restoreAndWait,
  STREAMS_FILE,
} from "./criu.ts";
import { finish } from "./finish.ts";
import { hasHooks } from "./hooks.ts";
import { CREATE_HOOKS, poststart } from "./hooks-in-time.ts";
import { oneId } from "./launch-flags.ts";
import { checkUnused, newState } from "./new-container.ts";
import { outsideSources } from "./outside-mounts.ts";
import { writePidFile } from "./pid-file.ts";
import { forwardSignals } from "./signals.ts";
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
    const directory = reserve(context.root, id);
    const rollback = new Rollback();
    rollback.add(`state of container "${id}"`, () => forget(directory));
    try {
      return await readImages(context, values, { id, directory, rollback });
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

/** @returns the exit code: of the container's process in the foreground, else 0 */
async function readImages(context: Context, values: Values, { id, directory, rollback }: Restoring): Promise<number> {
  const bundle = readBundle(resolve(text(values, "bundle") ?? "."));
  const { config } = bundle;
  checkRestorable(context, id, config);
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
  const meet = () => {
    const pid = Number(readFileSync(pidFile, "utf8"));
    stored.init = identify(pid) ?? { pid, startTime: 0 };
    save(directory, stored);
    const callersPidFile = text(values, "pid-file");
    if (callersPidFile !== undefined) writePidFile(callersPidFile, pid);
    return pid;
  };
  const hooks = () => poststart(context, config, stored, directory);
  try {
    const call = planRestore(values, { id, bundle, cgroups: stored.cgroups, pidFile, networkFd });
    if (values.detach === true) {
      await callCriu(call, context.criu);
      meet();
      rollback.keep();
      await hooks();
      return 0;
    }
    const code = await restoreInForeground(call, context.criu, meet, hooks);
    rollback.keep();
    await finish(context, config, stored, directory);
    return code;
  } finally {
    if (networkFd !== undefined) closeSync(networkFd);
  }
}

/** Stands for the container as `run` does: signals that come are the container's, and so is the exit code. */
async function restoreInForeground(
  call: CriuCall,
  criu: string | undefined,
  meet: () => number,
  hooks: () => Promise<void>,
): Promise<number> {
  let stopForwarding = () => {};
  let hooked = Promise.resolve();
  try {
    return await restoreAndWait(call, criu, () => {
      stopForwarding = forwardSignals(meet());
      hooked = hooks();
    });
  } finally {
    stopForwarding();
    // No hook may still be at work when its container is removed.
    await hooked;
  }
}

function checkRestorable(context: Context, id: string, config: Config): void {
  if (config.process?.terminal) {
    throw new GlassboxError(
      "not supported",
      `Cannot restore container "${id}": it has a terminal, at /process/terminal`,
    );
  }
  if (hasHooks(config, [...CREATE_HOOKS, "startContainer"])) {
    context.log.warn("/hooks: only poststart and poststop are run for a container that is restored");
  }
}

interface Restored {
  id: string;
  bundle: Bundle;
  cgroups: readonly CgroupDirectory[];
  /** Which criu writes. */
  pidFile: string;
  /** Of the network namespace that the bundle names by path. */
  networkFd: number | undefined;
}

function planRestore(values: Values, { id, bundle, cgroups, pidFile, networkFd }: Restored): CriuCall {
  const { images, work, args } = criuFlags(values);
  return {
    action: "restore",
    doing: `restore container "${id}"`,
    images,
    work,
    before: ownViewOf(bundle.rootfs),
    args: [
      ...args,
      ...["--root", bundle.rootfs, "--restore-detached", "--pidfile", pidFile],
      ...Object.entries(outsideSources(bundle.config, bundle.path)).flatMap(([path, source]) => [
        "--external",
        `mnt[${path}]:${source}`,
      ]),
      ...(networkFd === undefined ? [] : ["--inherit-fd", `fd[${FIRST_PASSED}]:${OUTSIDE_NETWORK}`]),
      ...oldPipes(images).flatMap(([fd, pipe]) => ["--inherit-fd", `fd[${fd}]:${pipe}`]),
      ...cgroups.flatMap(({ version, path, controllers }) => [
        "--cgroup-root",
        version === 2 ? path : `${controllers.join(",")}:${path}`,
      ]),
      ...["lsm-profile", "lsm-mount-context"].flatMap((name) => {
        const value = text(values, name);
        return value === undefined ? [] : [`--${name}`, value];
      }),
    ],
    ...(networkFd === undefined ? {} : { descriptors: [networkFd] }),
  };
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
