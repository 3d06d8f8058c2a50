/**
 * The cgroup a lab plays in: `glassbox/LAB` below the agent's own, with the learner's shells in a leaf `shell`, because on
 * v2 a group that hands controllers down may hold no processes itself (man 7 cgroups, "no internal processes"). v1 has
 * one tree a controller, so there the lab has one such directory in each of four.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { GlassboxError, messageOf } from "@glassbox/runtime/base";
import type { CgroupLayout, Hierarchy } from "@glassbox/runtime/kernel";

export interface LabCgroup {
  version: 1 | 2;
  /** Its hierarchy's name in the kernel graph: `unified`, `memory`, `cpu,cpuacct`. */
  hierarchy: string;
  controllers: string[];
  /** Absolute directory of the lab's own group. */
  directory: string;
  /** The same below the hierarchy's mount point. */
  path: string;
  /** Directories to make for it, outermost first, the last being `directory`. What is above belongs to the machine. */
  made: string[];
}

/** Where the one agent of a machine says that it runs. Agents elsewhere (tests) get a group of their own around theirs. */
const USUAL_RUN_DIR = "/run/glassbox";

/** Names of the groups between the agent's own and a lab's, so that agents with other run directories do not meet. */
export function agentGroups(runDir: string): string[] {
  if (runDir === USUAL_RUN_DIR) return ["glassbox"];
  return [`${OTHER_AGENT}${createHash("sha256").update(runDir).digest("hex").slice(0, 8)}`, "glassbox"];
}

const OTHER_AGENT = "glassbox-at-";

/** The groups that agents make around their labs', innermost first: to be removed when empty. */
export function groupsAround(labDirectory: string): string[] {
  const glassbox = dirname(labDirectory);
  const around = dirname(glassbox);
  return basename(around).startsWith(OTHER_AGENT) ? [glassbox, around] : [glassbox];
}

/** Controllers the labs are about, and what the environment variable of each v1 tree is called. */
const CONTROLLERS = { memory: "CG_MEMORY", pids: "CG_PIDS", cpu: "CG_CPU", freezer: "CG_FREEZER" } as const;
/** What v2 must hand down; freezing and killing need no controller there. */
const HANDED_DOWN = ["memory", "pids", "cpu"];

/** The version whose commands a lesson shows: v2 where memory is limited through v2, as on every current system. */
export function lessonVersion(layout: CgroupLayout): "v1" | "v2" {
  const memory = layout.hierarchies.find((hierarchy) => hierarchy.controllers.includes("memory"));
  return memory?.version === 1 ? "v1" : "v2";
}

/** Pure: where the groups of `lab` would be. Several answers on v2, to be tried in turn. */
export function labCgroupPlans(layout: CgroupLayout, lab: string, groups: readonly string[]): LabCgroup[][] {
  const below = (hierarchy: Hierarchy, parent: string): LabCgroup => {
    const names = [...groups, lab];
    const made = names.map((_, index) => join(hierarchy.mountPoint, parent, ...names.slice(0, index + 1)));
    const path = join(parent, ...names);
    return {
      version: hierarchy.version,
      hierarchy: hierarchy.version === 2 ? "unified" : hierarchy.controllers.join(","),
      controllers: hierarchy.controllers,
      directory: join(hierarchy.mountPoint, path),
      path,
      made,
    };
  };
  if (lessonVersion(layout) === "v1") {
    const used = layout.hierarchies.filter(
      (hierarchy) => hierarchy.version === 1 && hierarchy.controllers.some((name) => name in CONTROLLERS),
    );
    return [used.map((hierarchy) => below(hierarchy, hierarchy.ownPath))];
  }
  const unified = layout.hierarchies.find((hierarchy) => hierarchy.version === 2);
  if (!unified) return [[]];
  // The agent's own group cannot hand controllers down while the agent is in it, unless it is the root; then the root.
  return [...new Set([unified.ownPath, "/"])].map((parent) => [below(unified, parent)]);
}

/**
 * Make them, with controllers handed down and the `shell` leaf. Groups that exist are used as they are.
 * @throws GlassboxError "failed precondition" when v2 will not hand controllers down anywhere
 */
export function makeLabCgroups(layout: CgroupLayout, lab: string, groups: readonly string[]): LabCgroup[] {
  const refusals: unknown[] = [];
  for (const plan of labCgroupPlans(layout, lab, groups)) {
    try {
      for (const cgroup of plan) makeOne(cgroup);
      return plan;
    } catch (thrown) {
      refusals.push(thrown);
    }
  }
  throw new GlassboxError(
    "failed precondition",
    `Cannot make a cgroup for lab "${lab}": ${refusals.map(messageOf).join("; ")}`,
    {
      hint: "Start the agent as root, outside a container, or use the lab VM: npm start -- --vm",
    },
  );
}

function makeOne(cgroup: LabCgroup): void {
  for (const directory of cgroup.made) {
    if (cgroup.version === 2) handDown(dirname(directory));
    mkdirSync(directory, { recursive: true });
  }
  if (cgroup.version === 2) handDown(cgroup.directory);
  mkdirSync(join(cgroup.directory, "shell"), { recursive: true });
}

function handDown(directory: string): void {
  const file = join(directory, "cgroup.subtree_control");
  const offered = readFileSync(join(directory, "cgroup.controllers"), "utf8").trim().split(" ");
  const handed = readFileSync(file, "utf8").trim().split(" ");
  const missing = HANDED_DOWN.filter((name) => offered.includes(name) && !handed.includes(name));
  if (missing.length > 0) writeFileSync(file, missing.map((name) => `+${name}`).join(" "));
}

/** What the learner's shells are told: CG on v2, one variable a tree on v1. */
export function cgroupEnvironment(cgroups: readonly LabCgroup[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { version, controllers, directory } of cgroups) {
    if (version === 2) env.CG = directory;
    else
      for (const [name, variable] of Object.entries(CONTROLLERS))
        if (controllers.includes(name)) env[variable] = directory;
  }
  return env;
}

/** Let everything below go on: a frozen process cannot even be killed. */
export function thawAll(directories: readonly string[]): void {
  for (const directory of directories) {
    for (const [name, value] of [
      ["cgroup.freeze", "0"],
      ["freezer.state", "THAWED"],
    ] as const) {
      const file = join(directory, name);
      if (existsSync(file)) writeFileSync(file, value);
    }
  }
}
