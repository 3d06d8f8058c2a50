/** `checkpoint`: freeze a running container into files, with criu, from which `restore` brings it back. */
import { lstatSync, mkdirSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { readMountinfo } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";
import { type StoredState, statusOf } from "../state/container-state.ts";
import { withLock } from "../state/lock.ts";
import { isAllowed } from "../state/operations.ts";
import { load, loadConfig } from "../state/store.ts";
import { CRIU_FLAGS, callCriu, criuFlags, OUTSIDE_NETWORK, STREAMS_FILE, TERMINAL_FILE } from "./criu.ts";
import { finish } from "./finish.ts";
import { oneId } from "./launch-flags.ts";
import { outsideMounts, outsideTerminal } from "./outside-mounts.ts";
import { type Context, text, type Values, type Verb } from "./verb.ts";

export const checkpoint: Verb = {
  args: "ID",
  summary: "freeze a running container into files, with criu",
  description: "The container ends when it is in the files, unless --leave-running or --pre-dump is given.",
  flags: {
    ...CRIU_FLAGS,
    "parent-path": { type: "string", value: "PATH", help: "earlier images, relative to --image-path" },
    "leave-running": { type: "boolean", help: "let the container go on" },
    "status-fd": { type: "string", value: "FD", help: "descriptor that is written to when lazy pages are ready" },
    "page-server": { type: "string", value: "ADDRESS:PORT", help: "server that takes the memory" },
    "pre-dump": { type: "boolean", help: "write memory only, and let the container go on" },
  },
  async run(context, values, args) {
    const id = oneId(args, "checkpoint");
    const { directory } = load(context.root, id);
    await withLock(directory, () => writeImages(context, values, id, directory));
    return 0;
  },
};

async function writeImages(context: Context, values: Values, id: string, directory: string): Promise<void> {
  const { stored } = load(context.root, id);
  const status = statusOf(stored, directory);
  if (!stored.init || !isAllowed("checkpoint", status)) {
    throw new GlassboxError("failed precondition", `container cannot be checkpointed in ${status} state`);
  }
  const { pid } = stored.init;
  const config = loadConfig(directory);
  const goesOn = values["leave-running"] === true || values["pre-dump"] === true;
  const { images, work, args } = criuFlags(values);
  mkdirSync(images, { recursive: true, mode: 0o700 });
  const streams = streamsOf(pid);
  const mounts = readMountinfo(pid) ?? [];
  const outside = outsideMounts(mounts, readMountinfo("self") ?? [], config);
  const terminal = config.process?.terminal ? outsideTerminal(mounts) : undefined;
  const statusFd = text(values, "status-fd");
  await callCriu(
    {
      action: values["pre-dump"] ? "pre-dump" : "dump",
      doing: `checkpoint container "${id}"`,
      images,
      work,
      args: [
        ...args,
        ...["--tree", String(pid), "--root", stored.rootfs],
        ...outside.flatMap((path) => ["--external", `mnt[${path}]:${path}`]),
        ...(terminal === undefined ? [] : ["--external", terminal]),
        ...outsideNetwork(config),
        ...freezer(stored),
        ...parentImages(values, images),
        ...pageServer(text(values, "page-server")),
        ...(values["leave-running"] ? ["--leave-running"] : []),
        ...(statusFd === undefined ? [] : ["--status-fd", "3"]),
      ],
      descriptors: statusFd === undefined ? [] : [Number(statusFd)],
    },
    context.criu,
  );
  writeFileSync(join(images, STREAMS_FILE), JSON.stringify(streams), { mode: 0o600 });
  if (terminal !== undefined) writeFileSync(join(images, TERMINAL_FILE), JSON.stringify(terminal), { mode: 0o600 });
  if (!goesOn) await finish(context, config, stored, directory);
}

/** What the standard streams are: a restored process gets its new caller's pipes in the place of old pipes. */
function streamsOf(pid: number): string[] {
  return [0, 1, 2].map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
}

/** criu leaves a namespace that the bundle names by path where it is, and knows it by this name. */
function outsideNetwork(config: Config): string[] {
  const path = config.linux?.namespaces?.find(({ type }) => type === "network")?.path;
  return path === undefined ? [] : ["--external", `net[${statSync(path).ino}]:${OUTSIDE_NETWORK}`];
}

/** Frozen first, processes cannot fork while criu takes hold of one after another. */
function freezer({ cgroups }: StoredState): string[] {
  const place = cgroups.find(({ version, controllers }) => version === 2 || controllers.includes("freezer"));
  return place ? ["--freeze-cgroup", place.directory] : [];
}

/** Memory that did not change since is left in the earlier images. Their path is relative, so that all can be moved. */
function parentImages(values: Values, images: string): string[] {
  const track = values["pre-dump"] ? ["--track-mem"] : [];
  const parent = text(values, "parent-path");
  if (parent === undefined) return track;
  if (isAbsolute(parent)) throw new GlassboxError("invalid argument", "--parent-path must be relative");
  const path = join(images, parent);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new GlassboxError("not found", `invalid --parent-path: there is no directory "${path}"`);
  }
  return ["--track-mem", "--prev-images-dir", parent];
}

function pageServer(server: string | undefined): string[] {
  if (server === undefined) return [];
  const [, address, port] = /^(.+):(\d+)$/.exec(server) ?? [];
  if (!address || !port) {
    throw new GlassboxError("invalid argument", `Cannot use page server "${server}": write ADDRESS:PORT`);
  }
  return ["--page-server", "--address", address, "--port", port];
}
