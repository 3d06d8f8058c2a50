/**
 * `checkpoint` and `restore`: the command line of runc's, and what stands in the way. criu does the work behind both in
 * other runtimes; here everything up to it is checked, nothing is touched, and the container runs on.
 */
import { lstatSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { readBundle } from "../spec/bundle.ts";
import { statusOf } from "../state/container-state.ts";
import { isAllowed } from "../state/operations.ts";
import { checkId, load } from "../state/store.ts";
import { requireCriu } from "./criu.ts";
import { oneId } from "./launch-flags.ts";
import { type Flag, text, type Values, type Verb } from "./verb.ts";

const CGROUP_MODES = ["soft", "full", "strict", "ignore"];

const SHARED_FLAGS: Record<string, Flag> = {
  "image-path": { type: "string", value: "PATH", help: "directory of criu's image files (default: ./checkpoint)" },
  "work-path": { type: "string", value: "PATH", help: "directory of criu's logs" },
  "tcp-established": { type: "boolean", help: "allow open TCP connections" },
  "ext-unix-sk": { type: "boolean", help: "allow sockets whose other end is outside" },
  "shell-job": { type: "boolean", help: "allow a terminal of the caller's" },
  "lazy-pages": { type: "boolean", help: "bring memory over when it is used (userfaultfd)" },
  "file-locks": { type: "boolean", help: "keep file locks" },
  "manage-cgroups-mode": { type: "string", value: CGROUP_MODES.join("|"), help: "what is done about cgroups" },
  "empty-ns": { type: "string", multiple: true, value: "KIND", help: "make this namespace anew, empty" },
  "auto-dedup": { type: "boolean", help: "drop memory pages that a later image has" },
};

export const checkpoint: Verb = {
  args: "ID",
  summary: "not done yet: freeze a running container into files",
  flags: {
    ...SHARED_FLAGS,
    "parent-path": { type: "string", value: "PATH", help: "earlier images, relative to --image-path" },
    "leave-running": { type: "boolean", help: "let the container go on" },
    "status-fd": { type: "string", value: "FD", help: "descriptor that is written to when lazy pages are ready" },
    "page-server": { type: "string", value: "ADDRESS:PORT", help: "server that takes the memory" },
    "pre-dump": { type: "boolean", help: "write memory only, and let the container go on" },
  },
  async run(context, values, args) {
    const id = oneId(args, "checkpoint");
    const { stored, directory } = load(context.root, id);
    const status = statusOf(stored, directory);
    if (!isAllowed("checkpoint", status)) {
      throw new GlassboxError("failed precondition", `container cannot be checkpointed in ${status} state`);
    }
    checkModes(values);
    checkParent(values);
    requireCriu(`checkpoint container "${id}"`, context.criu);
    throw notDone(`checkpoint container "${id}"`, "The container runs on as before");
  },
};

export const restore: Verb = {
  args: "ID",
  summary: "not done yet: bring a container back from files",
  flags: {
    ...SHARED_FLAGS,
    bundle: { type: "string", short: "b", value: "PATH", help: "directory of the bundle (default: the current one)" },
    "console-socket": { type: "string", value: "PATH", help: "socket that is sent the terminal's master side" },
    detach: { type: "boolean", short: "d", help: "leave the container running and return" },
    "pid-file": { type: "string", value: "PATH", help: "file to write the container's pid to" },
    "no-subreaper": { type: "boolean", help: "accepted: this runtime never takes over orphans" },
    "no-pivot": { type: "boolean", help: "do not use pivot_root" },
    "lsm-profile": { type: "string", value: "TYPE:NAME", help: "label for the restored processes" },
    "lsm-mount-context": { type: "string", value: "TEXT", help: "SELinux label for the mounts" },
  },
  async run(context, values, args) {
    const id = oneId(args, "restore");
    checkId(id);
    readBundle(resolve(text(values, "bundle") ?? "."));
    checkModes(values);
    requireCriu(`restore container "${id}"`, context.criu);
    throw notDone(`restore container "${id}"`, "Nothing was made");
  },
};

function checkModes(values: Values): void {
  const mode = text(values, "manage-cgroups-mode");
  if (mode !== undefined && !CGROUP_MODES.includes(mode)) {
    throw new GlassboxError("invalid argument", `Invalid manage-cgroups-mode value: "${mode}"`, {
      hint: `Use one of ${CGROUP_MODES.join(", ")}`,
    });
  }
}

/** criu takes earlier images as a path from the new ones, so that both can be moved together. */
function checkParent(values: Values): void {
  const parent = text(values, "parent-path");
  if (parent === undefined) return;
  if (isAbsolute(parent)) throw new GlassboxError("invalid argument", "--parent-path must be relative");
  const path = join(resolve(text(values, "image-path") ?? "checkpoint"), parent);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new GlassboxError("not found", `invalid --parent-path: there is no directory "${path}"`);
  }
}

function notDone(doing: string, consequence: string): GlassboxError {
  return new GlassboxError("not supported", `Cannot ${doing}: this runtime does not drive CRIU yet`, {
    hint: `${consequence}; use runc for containers that have to be moved`,
  });
}
