/**
 * The directory of containers, `/run/glassrun` unless `--root` says otherwise: one directory each, made by whoever makes
 * the container (so two cannot make the same one), `state.json` in it replaced whole, never half-written.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import type { Config } from "../spec/config.ts";
import { type ContainerState, describe, type StoredState } from "./container-state.ts";

export const DEFAULT_ROOT = "/run/glassrun";

/** Others look in for microseconds. */
const FORGET_DEADLINE_MS = 1000;

/** As runc: letters, digits and `_+-.`, not starting a path and at most 1024 bytes. */
const VALID_ID = /^[\w+.-]{1,1024}$/;

/** There is a `state.json` that does not say what it has to: somebody else has been at it, for we replace it whole. */
export class DamagedState extends GlassboxError {}

/** @throws GlassboxError invalid argument */
export function checkId(id: string): void {
  if (!VALID_ID.test(id) || id === "." || id === "..") {
    throw new GlassboxError("invalid argument", `invalid container ID format: "${id}"`, {
      hint: "Use letters, digits and any of _ + - .",
    });
  }
}

export function directoryOf(root: string, id: string): string {
  checkId(id);
  return join(root, id);
}

/**
 * Make the container's directory.
 * @throws GlassboxError already exists
 */
export function reserve(root: string, id: string): string {
  const directory = directoryOf(root, id);
  try {
    mkdirSync(root, { recursive: true, mode: 0o711 });
    // The sticky bit keeps it from being swept away as old (XDG base directory specification, XDG_RUNTIME_DIR).
    if (process.env.XDG_RUNTIME_DIR && dirname(root) === process.env.XDG_RUNTIME_DIR) chmodSync(root, 0o1700);
    mkdirSync(directory, { mode: 0o711 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EACCES") throw notYours(root, cause);
    if (isFull(cause)) throw noRoom(directory, cause);
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw new GlassboxError("already exists", `container with id "${id}" already exists`, {
      cause,
      hint: `Choose another id, or remove it: glassrun delete --force ${id}`,
    });
  }
  return directory;
}

/** @throws GlassboxError resource exhausted when there is no room; then what was there before still is */
export function save(directory: string, stored: StoredState): void {
  write(directory, "state.json", stored);
}

/** Keeps the configuration the container was made from: the bundle may change or go. @throws as `save` */
export function saveConfig(directory: string, config: Config): void {
  write(directory, "config.json", config);
}

function write(directory: string, name: string, content: unknown): void {
  const fresh = join(directory, `${name}.${process.pid}`);
  try {
    writeFileSync(fresh, JSON.stringify(content), { mode: 0o600 });
    renameSync(fresh, join(directory, name));
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw isFull(cause) ? noRoom(directory, cause) : cause;
  }
}

/** @throws GlassboxError not found, with the words that callers look for; DamagedState when it makes no sense */
export function load(root: string, id: string): { stored: StoredState; directory: string } {
  const directory = directoryOf(root, id);
  const file = join(directory, "state.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new GlassboxError("not found", `container "${id}" does not exist`, {
      cause,
      hint: "See glassrun list for those that do",
    });
  }
  return { stored: parseState(text, file, id), directory };
}

function parseState(text: string, file: string, id: string): StoredState {
  let stored: Partial<StoredState> | null = null;
  let cause: unknown;
  try {
    stored = JSON.parse(text);
  } catch (thrown) {
    cause = thrown;
  }
  if (stored?.id === id && Array.isArray(stored.cgroups) && stored.maker) return stored as StoredState;
  throw new DamagedState("internal", `Cannot read the state of container "${id}": "${file}" is damaged`, {
    cause,
    hint: `End its processes by hand, if it has any, and forget it: glassrun delete --force ${id}`,
  });
}

export function loadConfig(directory: string): Config {
  return JSON.parse(readFileSync(join(directory, "config.json"), "utf8"));
}

/**
 * Take the container's directory away. Nothing there is fine, and so is another one at work on the same. Who is killed
 * in the middle leaves what a `delete` can go on with.
 */
export function forget(directory: string): void {
  const deadline = Date.now() + FORGET_DEADLINE_MS;
  for (;;) {
    try {
      for (const name of readdirSync(directory).sort(byImportance))
        rmSync(join(directory, name), { recursive: true, force: true });
      rmdirSync(directory);
      return;
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      // Whoever waited for its turn is about to notice that there is nothing left to wait for.
      if (code !== "ENOTEMPTY" || Date.now() > deadline) throw thrown;
    }
  }
}

/** The lock goes last: without one, whoever waited for it goes on, and has to find no state any more. */
function byImportance(a: string, b: string): number {
  const importance = (name: string) => (name.startsWith("lock.") ? 3 : ["state.json", "config.json"].indexOf(name) + 1);
  return importance(a) - importance(b);
}

function isFull(thrown: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((thrown as NodeJS.ErrnoException).code ?? "");
}

function noRoom(directory: string, cause: unknown): GlassboxError {
  const message = `Cannot write down the state of container "${basename(directory)}": no space left on device`;
  return new GlassboxError("resource exhausted", message, {
    cause,
    hint: `Make room in "${dirname(directory)}", or have containers kept elsewhere with --root`,
  });
}

function notYours(root: string, cause: unknown): GlassboxError {
  return new GlassboxError("permission denied", `Cannot use "${root}", where containers are kept: it is not yours`, {
    cause,
    hint: "Without root, set XDG_RUNTIME_DIR, or name a directory of your own with --root",
  });
}

/**
 * Every container below `root`, by name; one that is being made or removed just now is left out.
 * @param onDamaged told of each whose state cannot be read
 * @throws GlassboxError permission denied: "none" would be a lie where the caller may not look
 */
export function listContainers(
  root: string = DEFAULT_ROOT,
  onDamaged: (problem: DamagedState) => void = () => {},
): ContainerState[] {
  let ids: string[];
  try {
    ids = readdirSync(root).sort();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EACCES") throw notYours(root, thrown);
    return [];
  }
  return ids.flatMap((id) => {
    try {
      const { stored, directory } = load(root, id);
      return [describe(stored, directory)];
    } catch (thrown) {
      if (thrown instanceof DamagedState) onDamaged(thrown);
      return [];
    }
  });
}
