/**
 * Asks criu, the program that freezes processes into files and thaws them out of them (criu.org). It looks so deep into
 * processes that a newer kernel may be beyond it; then its own error is what the caller is told.
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { execve, type Op, type PerformOptions, performPlan } from "../../1-kernel/mod.ts";
import { type Flag, text, type Values } from "./verb.ts";

/** How the network namespace that a bundle names by path is called in criu's images; runc calls it so, too. */
export const OUTSIDE_NETWORK = "extRootNetNS";
/** In the directory of images: what the container's standard streams were, as runc keeps them. */
export const STREAMS_FILE = "descriptors.json";
/** In the same place, of a container with a terminal: how criu's images call that. */
export const TERMINAL_FILE = "terminal.json";

const CGROUP_MODES = ["soft", "full", "strict", "ignore"];

/** What `checkpoint` and `restore` share. */
export const CRIU_FLAGS: Record<string, Flag> = {
  "image-path": { type: "string", value: "PATH", help: "directory of criu's image files (default: ./checkpoint)" },
  "work-path": { type: "string", value: "PATH", help: "directory of criu's logs (default: that of the images)" },
  "tcp-established": { type: "boolean", help: "allow open TCP connections" },
  "ext-unix-sk": { type: "boolean", help: "allow sockets whose other end is outside" },
  "shell-job": { type: "boolean", help: "allow a terminal of the caller's" },
  "lazy-pages": { type: "boolean", help: "bring memory over when it is used (userfaultfd)" },
  "file-locks": { type: "boolean", help: "keep file locks" },
  "manage-cgroups-mode": { type: "string", value: CGROUP_MODES.join("|"), help: "what is done about cgroups" },
  "empty-ns": { type: "string", multiple: true, value: "network", help: "make this namespace anew, empty" },
  "auto-dedup": { type: "boolean", help: "drop memory pages that a later image has" },
};

export interface CriuCall {
  action: "dump" | "pre-dump" | "restore";
  /** For the error: `checkpoint container "web"`. */
  doing: string;
  /** Absolute. */
  images: string;
  work: string;
  args: string[];
  /** Of criu's process, beside the caller's own. @default none */
  environment?: Record<string, string>;
  /** Open files that `args` speak of, there numbered from 3 on. @default none */
  descriptors?: number[];
}

/** Reads the flags above. @throws GlassboxError invalid argument */
export function criuFlags(values: Values): { images: string; work: string; args: string[] } {
  const images = resolve(text(values, "image-path") ?? "checkpoint");
  const mode = text(values, "manage-cgroups-mode") ?? "soft";
  if (!CGROUP_MODES.includes(mode)) {
    throw new GlassboxError("invalid argument", `Invalid manage-cgroups-mode value: "${mode}"`, {
      hint: `Use one of ${CGROUP_MODES.join(", ")}`,
    });
  }
  const empty = [values["empty-ns"] ?? []].flat().map(String);
  const strange = empty.find((name) => name !== "network");
  if (strange !== undefined) throw new GlassboxError("invalid argument", `namespace "${strange}" is not supported`);
  const switches = ["tcp-established", "ext-unix-sk", "shell-job", "lazy-pages", "file-locks", "auto-dedup"];
  return {
    images,
    work: resolve(text(values, "work-path") ?? images),
    args: [
      `--manage-cgroups=${mode}`,
      ...switches.filter((name) => values[name] === true).map((name) => `--${name}`),
      ...empty.flatMap(() => ["--empty-ns", "net"]),
    ],
  };
}

/**
 * @param wish where criu is, `--criu`; otherwise it is looked for in PATH
 * @throws GlassboxError not found without criu; failed precondition in criu's own words
 */
export async function callCriu(call: CriuCall, wish: string | undefined): Promise<void> {
  const { exitCode } = await performPlan({ programs: [{ name: "criu", ops: planCriu(call, wish) }] }, optionsOf(call));
  if (exitCode !== 0) throw criuFailed(call);
}

/**
 * Pure but for finding criu, and making the directory of its log: the calls by which a process becomes criu.
 * @throws as `callCriu`
 */
export function planCriu(
  { doing, work, action, images, args, environment: more = {} }: CriuCall,
  wish: string | undefined,
): Op[] {
  const program = findCriu(doing, wish);
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const directories = ["--images-dir", images, "--work-dir", work, "--log-file", logOf({ work, action })];
  const argv = ["criu", action, ...directories, "-v4", ...args];
  const environment = Object.entries({ ...process.env, ...more }).map(([name, value]) => `${name}=${value ?? ""}`);
  return [execve({ path: program, argv, environment }, { why: "Become criu" })];
}

/** How a plan is performed in which a process becomes criu. */
export function optionsOf({ descriptors = [] }: CriuCall): PerformOptions {
  // Sealing keeps a container from sysrun's file, and criu itself is no secret.
  return { stdio: ["inherit", "inherit", "inherit"], descriptors, sealed: false };
}

function logOf({ work, action }: Pick<CriuCall, "work" | "action">): string {
  return join(work, `${action}.log`);
}

/** In criu's own words, from its log. */
export function criuFailed(call: CriuCall): GlassboxError {
  const log = logOf(call);
  const said = existsSync(log) ? errorsIn(readFileSync(log, "utf8")) : "";
  return new GlassboxError("failed precondition", `Cannot ${call.doing}: criu failed${said && `: ${said}`}`, {
    hint: `${existsSync(log) ? `All it did is in ${log}; ` : ""}criu check says what it can do on this kernel`,
  });
}

/** Pure: the last few lines of a log that say `Error`, without their times. */
export function errorsIn(log: string): string {
  const lines = log.split("\n").filter((line) => /\bError\b/.test(line));
  return lines
    .slice(-3)
    .map((line) => line.replace(/^\([\d.]+\)\s*(\d+:\s*)?/, ""))
    .join("; ");
}

function findCriu(doing: string, wish = "criu"): string {
  const places = wish.includes("/")
    ? [resolve(wish)]
    : (process.env.PATH ?? "").split(delimiter).map((d) => join(d, wish));
  const found = places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found) return found;
  throw new GlassboxError("not found", `Cannot ${doing}: CRIU not found: there is no program "${wish}"`, {
    hint: "Install the package criu, or say where it is: glassrun --criu PATH",
  });
}
