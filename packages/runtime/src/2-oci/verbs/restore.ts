/**
 * `restore`: bring a container back from the files that `checkpoint` wrote, with criu. It makes processes, namespaces and
 * mounts as they were; what belongs to the host, such as bind mounts and the network, is taken from the bundle.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { GlassboxError, Rollback } from "../../0-base/mod.ts";
import { exitCodeOf, performPlan, type Results } from "../../1-kernel/mod.ts";
import { gatherFacts } from "../facts/machine.ts";
import { type Bundle, readBundle } from "../spec/bundle.ts";
import type { Config, SpecIdMapping } from "../spec/config.ts";
import type { StoredState } from "../state/container-state.ts";
import { identify } from "../state/process-identity.ts";
import { forget, reserve, save, saveConfig } from "../state/store.ts";
import { killAll, removeCgroups } from "./cleanup.ts";
import {
  CRIU_FLAGS,
  type CriuCall,
  criuFailed,
  criuFlags,
  OUTSIDE_NETWORK,
  optionsOf,
  planCriu,
  STREAMS_FILE,
  TERMINAL_FILE,
} from "./criu.ts";
import { finish } from "./finish.ts";
import { checkTerminal, oneId } from "./launch-flags.ts";
import { checkUnused, newState } from "./new-container.ts";
import { outsideSources } from "./outside-mounts.ts";
import { writePidFile } from "./pid-file.ts";
import { HooksInRestore, leftOutInRestore } from "./restore-hooks.ts";
import { planRestoring, type RestoredTerminal, TERMINAL_FD } from "./restore-plan.ts";
import { forwardSignals } from "./signals.ts";
import { type Context, text, type Values, type Verb } from "./verb.ts";

export const restore: Verb = {
  args: "ID",
  readsRootless: true,
  summary: "bring a container back from files, with criu",
  description:
    "Of the hooks, prestart, createRuntime and poststop run; of others that config.json names a warning is given.",
  flags: {
    ...CRIU_FLAGS,
    bundle: { type: "string", short: "b", value: "PATH", help: "directory of the bundle (default: the current one)" },
    "console-socket": { type: "string", value: "PATH", help: "socket that is sent the terminal's master side" },
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
  const detaches = values.detach === true;
  const consoleSocket = text(values, "console-socket");
  checkTerminal(config.process?.terminal ?? false, detaches, consoleSocket);
  if (config.linux?.intelRdt) {
    throw new GlassboxError(
      "not supported",
      `Cannot restore container "${id}": criu does not keep shares of cache and bandwidth, /linux/intelRdt`,
    );
  }
  for (const warning of leftOutInRestore(config)) context.log.warn(warning);
  const scope = context.systemdCgroup ? await (await import("./systemd.ts")).openScope(config, id) : undefined;
  if (scope) rollback.add(`unit "${scope.unit}"`, scope.release);
  const view = { config, bundle: bundle.path, rootfs: bundle.rootfs };
  const facts = gatherFacts(view, id, { cgroupsPath: scope?.cgroupsPath, rootless: context.rootless });
  checkUnused(facts.cgroups, scope?.holder);
  const stored = { ...newState(id, bundle, facts), ...(scope ? { unit: scope.unit } : {}) };
  saveConfig(directory, config);
  save(directory, stored);
  rollback.add("processes and cgroups", async () => {
    await killAll(stored);
    await removeCgroups(stored);
  });
  const pidFile = join(directory, "restored.pid");
  const hooks = new HooksInRestore(config, stored, directory);
  let stopForwarding = () => {};
  const onRestored = () => {
    const pid = Number(readFileSync(pidFile, "utf8"));
    stored.init = identify(pid) ?? { pid, startTime: 0 };
    save(directory, stored);
    void scope?.release();
    const callersPidFile = text(values, "pid-file");
    if (callersPidFile !== undefined) writePidFile(callersPidFile, pid);
    if (!detaches) stopForwarding = forwardSignals(pid);
    return pid;
  };
  const network = config.linux?.namespaces?.find(({ type }) => type === "network")?.path;
  const networkFd = network === undefined ? undefined : openSync(network, "r");
  try {
    const terminal = config.process?.terminal ? newTerminal(config, directory, consoleSocket) : undefined;
    const call = criuCall(values, { id, bundle, stored, pidFile, networkFd, terminal, hooks: hooks.call });
    const plan = planRestoring({
      config,
      rootfs: bundle.rootfs,
      criu: planCriu(call, context.criu),
      terminal,
      hooks: hooks.place,
      foreground: !detaches,
    });
    const { results } = await performPlan(plan, {
      ...optionsOf(call),
      // With one, what is done on its word goes on while the container runs.
      signal: new AbortController().signal,
      onTold: (told) => {
        if (told.criu_status === undefined) hooks.run(told);
        else if (exitCodeOf(told.criu_status) !== 0) throw hooks.failure ?? criuFailed(call);
        else tellPid(told, onRestored());
      },
    });
    rollback.keep();
    if (detaches) return 0;
    stopForwarding();
    await finish(context, config, stored, directory);
    return exitCodeOf(results.status ?? 0);
  } finally {
    stopForwarding();
    await scope?.release();
    if (networkFd !== undefined) closeSync(networkFd);
  }
}

/** What the plan waits for before it shows the terminal; without that it has no such pipe. */
function tellPid({ runtime, pid_writer }: Results, pid: number): void {
  if (pid_writer === undefined) return;
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setInt32(0, pid, true);
  writeFileSync(`/proc/${runtime}/fd/${pid_writer}`, bytes);
}

/** @throws GlassboxError not supported without a devpts that it could be the first terminal of */
function newTerminal(config: Config, directory: string, consoleSocket: string | undefined): RestoredTerminal {
  const devpts = join(directory, "devpts");
  mkdirSync(devpts, { mode: 0o700 });
  const uid = config.process?.user?.uid ?? 0;
  const socket = consoleSocket === undefined ? {} : { consoleSocket: resolve(consoleSocket) };
  return { devpts, uid: hostId(config.linux?.uidMappings, uid), ...socket };
}

function hostId(mappings: SpecIdMapping[] = [], id: number): number {
  const line = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return line ? line.hostID + id - line.containerID : id;
}

interface Restored {
  id: string;
  bundle: Bundle;
  stored: StoredState;
  /** Which criu writes. */
  pidFile: string;
  /** Of the network namespace that the bundle names by path. */
  networkFd: number | undefined;
  terminal: RestoredTerminal | undefined;
  /** Arguments and environment by which criu lets hooks in. */
  hooks: Pick<CriuCall, "args" | "environment">;
}

function criuCall(values: Values, { id, bundle, stored, pidFile, networkFd, terminal, hooks }: Restored): CriuCall {
  const { images, work, args } = criuFlags(values);
  const sources = outsideSources(bundle.config, bundle.path, stored.cgroups, terminal?.devpts);
  return {
    ...hooks,
    action: "restore",
    doing: `restore container "${id}"`,
    images,
    work,
    args: [
      ...args,
      ...["--root", bundle.rootfs, "--restore-detached", "--pidfile", pidFile],
      ...(values.detach === true ? [] : ["--restore-sibling"]),
      ...Object.entries(sources).flatMap(([path, source]) => ["--external", `mnt[${path}]:${source}`]),
      ...(networkFd === undefined ? [] : ["--inherit-fd", `fd[${FIRST_PASSED}]:${OUTSIDE_NETWORK}`]),
      ...(terminal ? ["--inherit-fd", `fd[${TERMINAL_FD}]:${oldTerminal(images)}`] : []),
      ...oldPipes(images).flatMap(([fd, pipe]) => ["--inherit-fd", `fd[${fd}]:${pipe}`]),
      ...stored.cgroups.flatMap(({ version, path, controllers }) => [
        "--cgroup-root",
        version === 2 ? path : `${controllers.join(",")}:${path}`,
      ]),
      ...["lsm-profile", "lsm-mount-context"].flatMap((name) => {
        const value = text(values, name);
        return value === undefined ? [] : [`--${name}`, value];
      }),
      ...hooks.args,
    ],
    ...(networkFd === undefined ? {} : { descriptors: [networkFd] }),
  };
}

/** The streams that were pipes, by descriptor. */
function oldPipes(images: string): Array<[fd: number, pipe: string]> {
  const streams = readBeside(images, STREAMS_FILE);
  if (!Array.isArray(streams)) return [];
  return streams.flatMap((stream, fd) => (String(stream).startsWith("pipe:[") ? [[fd, String(stream)]] : []));
}

/** What criu's images call the container's terminal. */
function oldTerminal(images: string): string {
  return String(readBeside(images, TERMINAL_FILE));
}

function readBeside(images: string, name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(images, name), "utf8"));
  } catch (cause) {
    throw new GlassboxError(
      "not found",
      `Cannot read "${name}" in "${images}": it is no checkpoint of this container`,
      {
        cause,
        hint: "Name the directory that checkpoint wrote with --image-path",
      },
    );
  }
}
