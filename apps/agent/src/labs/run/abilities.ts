/**
 * Can this machine run a lab? Each requirement a lab may name, how to find out, and the sentence for when the answer is
 * no. Asked once at start: none of it changes while the agent runs.
 */
import { existsSync, readFileSync } from "node:fs";
import type { CgroupLayout } from "@glassbox/runtime/kernel";
import type { LabRequirement } from "../content/lab-schema.ts";

export interface MachineFacts {
  uid: number;
  layout: CgroupLayout;
  /** Text of /proc/filesystems; overlay may also come as a module, which mount loads by itself. */
  fileSystems: string;
  overlayModule: boolean;
  glassrun: boolean;
}

export function readMachineFacts(layout: CgroupLayout, glassrun: string): MachineFacts {
  const release = readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
  return {
    uid: process.getuid?.() ?? -1,
    layout,
    fileSystems: readFileSync("/proc/filesystems", "utf8"),
    overlayModule: existsSync(`/lib/modules/${release}/kernel/fs/overlayfs`),
    glassrun: existsSync(glassrun),
  };
}

/** Undefined when the lab can run here, else one sentence that says why not and what to do. */
export function whyNotRunnable(requires: readonly LabRequirement[], facts: MachineFacts): string | undefined {
  const missing = requires.filter((requirement) => !has(requirement, facts));
  if (missing.length === 0) return undefined;
  return `This machine cannot run it: ${missing.map((requirement) => MISSING[requirement]).join(", and ")}. The lab VM can: npm start -- --vm`;
}

const MISSING: Record<LabRequirement, string> = {
  root: "the agent does not run as root",
  "memory cgroup": "it has no memory cgroup controller",
  "pids cgroup": "it has no pids cgroup controller",
  "cpu cgroup": "it has no cpu cgroup controller",
  "freezer cgroup": "its cgroups cannot be frozen",
  overlay: "its kernel has no overlay file system",
  glassrun: "glassrun has not been built",
};

function has(requirement: LabRequirement, facts: MachineFacts): boolean {
  switch (requirement) {
    case "root":
      return facts.uid === 0;
    case "overlay":
      return /\boverlay\b/.test(facts.fileSystems) || facts.overlayModule;
    case "glassrun":
      return facts.glassrun;
    case "freezer cgroup":
      return facts.layout.mode === "v2" || hasController("freezer", facts.layout);
    default:
      return hasController(requirement.split(" ")[0] ?? "", facts.layout);
  }
}

function hasController(name: string, layout: CgroupLayout): boolean {
  return layout.hierarchies.some((hierarchy) => hierarchy.controllers.includes(name));
}
