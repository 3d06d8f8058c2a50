/**
 * The directory of containers, `/run/glassrun` unless `--root` says otherwise: one directory each, made by whoever makes
 * the container (so two cannot make the same one), `state.json` in it replaced whole, never half-written.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import type { Config } from "../spec/config.ts";
import { type ContainerState, describe, type StoredState } from "./container-state.ts";

export const DEFAULT_ROOT = "/run/glassrun";

/** As runc: letters, digits and `_+-.`, not starting a path and at most 1024 bytes. */
const VALID_ID = /^[\w+.-]{1,1024}$/;

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
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw new GlassboxError("already exists", `container with id "${id}" already exists`, {
      cause,
      hint: `Choose another id, or remove it: glassrun delete --force ${id}`,
    });
  }
  return directory;
}

export function save(directory: string, stored: StoredState): void {
  const fresh = join(directory, `state.json.${process.pid}`);
  writeFileSync(fresh, JSON.stringify(stored), { mode: 0o600 });
  renameSync(fresh, join(directory, "state.json"));
}

/** Keeps the configuration the container was made from: the bundle may change or go. */
export function saveConfig(directory: string, config: Config): void {
  writeFileSync(join(directory, "config.json"), JSON.stringify(config), { mode: 0o600 });
}

/** @throws GlassboxError not found, with the words that callers look for */
export function load(root: string, id: string): { stored: StoredState; directory: string } {
  const directory = directoryOf(root, id);
  try {
    return { stored: JSON.parse(readFileSync(join(directory, "state.json"), "utf8")), directory };
  } catch (cause) {
    throw new GlassboxError("not found", `container "${id}" does not exist`, {
      cause,
      hint: "See glassrun list for those that do",
    });
  }
}

export function loadConfig(directory: string): Config {
  return JSON.parse(readFileSync(join(directory, "config.json"), "utf8"));
}

export function forget(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

function notYours(root: string, cause: unknown): GlassboxError {
  return new GlassboxError("permission denied", `Cannot use "${root}", where containers are kept: it is not yours`, {
    cause,
    hint: "Without root, set XDG_RUNTIME_DIR, or name a directory of your own with --root",
  });
}

/**
 * Every container below `root`, by name; one that is being removed meanwhile is left out.
 * @throws GlassboxError permission denied: "none" would be a lie where the caller may not look
 */
export function listContainers(root: string = DEFAULT_ROOT): ContainerState[] {
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
    } catch {
      return [];
    }
  });
}
