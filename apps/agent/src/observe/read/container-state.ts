/**
 * Containers as OCI runtimes remember them: one directory a container with a state file, under a root that tells whose
 * it is. Only a hint at what to look for: whether the container runs, the kernel says.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readProcFile } from "@glassbox/runtime/kernel";
import type { ContainerFacts } from "../facts.ts";

/** `*` stands for any one directory: containerd and docker keep a root a namespace. */
export interface StateRoot {
  directory: string;
  runtime: ContainerFacts["runtime"];
}

const STATE_ROOTS: readonly StateRoot[] = [
  { directory: "/run/glassrun", runtime: "glassbox" },
  { directory: "/run/runc", runtime: "runc" },
  { directory: "/run/crun", runtime: "crun" },
  { directory: "/run/containerd/runc/*", runtime: "containerd" },
  { directory: "/run/docker/runtime-runc/*", runtime: "docker" },
];

/** runc, runsc and glassrun write `state.json`; crun writes `status`. */
const STATE_FILES = ["state.json", "status"];

/** Roots learnt besides; each costs a look at every turn. The one learnt first gives way. */
const LEARNT_ROOTS_MAX = 32;

/** Reads state directories, each file again only when it changed. */
export class ContainerStateReader {
  readonly #roots: readonly StateRoot[];
  /** By directory. */
  readonly #learnt = new Map<string, StateRoot>();
  readonly #cache = new Map<string, { stamp: string; facts: ContainerFacts | undefined }>();

  constructor(roots: readonly StateRoot[] = STATE_ROOTS) {
    this.#roots = roots;
  }

  /** Look there too from now on. */
  learn(root: StateRoot): void {
    if (this.#learnt.has(root.directory) || this.#roots.some(({ directory }) => directory === root.directory)) return;
    this.#learnt.set(root.directory, root);
    const [first] = this.#learnt.keys();
    if (this.#learnt.size > LEARNT_ROOTS_MAX && first !== undefined) this.#learnt.delete(first);
  }

  read(): ContainerFacts[] {
    const found: ContainerFacts[] = [];
    const seen = new Set<string>();
    for (const { directory, runtime } of [...this.#roots, ...this.#learnt.values()]) {
      for (const root of expand(directory)) {
        for (const id of namesIn(root)) {
          const facts = this.#readOne(join(root, id), id, runtime, seen);
          if (facts) found.push({ ...facts, waitsForStart: exists(join(root, id, "exec.fifo")) });
        }
      }
    }
    for (const path of this.#cache.keys()) if (!seen.has(path)) this.#cache.delete(path);
    return found;
  }

  #readOne(directory: string, id: string, runtime: ContainerFacts["runtime"], seen: Set<string>) {
    for (const file of STATE_FILES) {
      const path = join(directory, file);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat?.isFile()) continue;
      seen.add(path);
      const stamp = `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
      let known = this.#cache.get(path);
      if (known?.stamp !== stamp) {
        known = { stamp, facts: parseContainerState(readProcFile(path) ?? "", id, runtime) };
        this.#cache.set(path, known);
      }
      return known.facts;
    }
    return undefined;
  }
}

/** What a state file says; undefined while it is half-written, or nothing of the kind. Pure. */
export function parseContainerState(
  text: string,
  id: string,
  runtime: ContainerFacts["runtime"],
): ContainerFacts | undefined {
  let state: Record<string, unknown>;
  try {
    state = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof state !== "object" || state === null) return undefined;
  const init = (state.init ?? {}) as Record<string, unknown>;
  // In turn: runc, crun, glassrun.
  const pid = state.init_process_pid ?? state.pid ?? init.pid ?? 0;
  const start = state.init_process_start ?? state["process-start-time"] ?? init.startTime;
  const bundle = state.bundle ?? bundleLabel(state.config);
  const facts: ContainerFacts = { id, runtime, pid: Number(pid), waitsForStart: false };
  if (Number(start) > 0) facts.startTimeTicks = Number(start);
  if (typeof bundle === "string") facts.bundle = bundle;
  return facts;
}

/** runc keeps the bundle's path as a label `bundle=PATH` of its configuration. */
function bundleLabel(config: unknown): string | undefined {
  const labels = (config as { labels?: unknown } | undefined)?.labels;
  if (!Array.isArray(labels)) return undefined;
  const label = labels.find((each) => typeof each === "string" && each.startsWith("bundle="));
  return label?.slice("bundle=".length);
}

function expand(directory: string): string[] {
  if (!directory.endsWith("/*")) return [directory];
  const parent = directory.slice(0, -2);
  return namesIn(parent).map((name) => join(parent, name));
}

function namesIn(directory: string): string[] {
  if (!exists(directory)) return [];
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
