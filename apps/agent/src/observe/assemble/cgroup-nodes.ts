/** Cgroups: their files, and the processes in them as the processes themselves say (/proc/PID/cgroup). */
import type { CgroupNode } from "@glassbox/protocol";
import type { CgroupFacts, Facts } from "../facts.ts";
import { isLabsCgroup, labOfCgroup } from "../lab-paths.ts";
import { cgroupId } from "../node-ids.ts";
import { GLASSBOX, HOST, type Owner, type Ownership } from "../ownership.ts";
import type { Assembly } from "./assembly.ts";
import { cgroupKey, cgroupKeysOf } from "./cgroup-keys.ts";
import { recognisedContainers } from "./container-nodes.ts";

export function cgroupNodes(assembly: Assembly): CgroupNode[] {
  const { facts, ownership, firstSeenMs, before, countCrowds, labCgroup } = assembly;
  const interesting = interestingCgroups(facts, ownership, labCgroup);
  const members = membersByPath(facts);
  const ids = new Map(
    [...facts.cgroups.values()].map((each) => [each.directory, cgroupId(each.hierarchy, each.inode)]),
  );
  return [...facts.cgroups.values()].map((cgroup) => {
    const id = cgroupId(cgroup.hierarchy, cgroup.inode);
    const pids = members.get(cgroupKey(cgroup)) ?? [];
    const known = before.get(id);
    const look = countCrowds || interesting.has(cgroup.directory) || known?.kind !== "cgroup";
    const parent = ids.get(cgroup.directory.slice(0, cgroup.directory.lastIndexOf("/")));
    return {
      id,
      kind: "cgroup",
      ...ownership.ofThing(id, () => decideOwner(cgroup, pids, ownership, labCgroup)),
      firstSeenMs: firstSeenMs(id),
      hierarchy: cgroup.hierarchy,
      version: cgroup.version,
      path: cgroup.path,
      inode: cgroup.inode,
      ...(parent !== undefined && cgroup.path !== "/" && { parent }),
      controllers: cgroup.controllers,
      subtreeControl: cgroup.subtreeControl,
      pids: look ? pids : known.pids,
      limits: cgroup.limits,
      usage: cgroup.usage,
      frozen: cgroup.frozen,
    };
  });
}

/**
 * Directories whose usage is worth polling: learners' cgroups, containers', and those above them but for the root,
 * which is the whole machine's and changes all the time.
 */
export function interestingCgroups(facts: Facts, ownership: Ownership, labCgroup: string): Set<string> {
  const directories = new Map<string, string>();
  for (const { hierarchy, path, directory } of facts.cgroups.values())
    directories.set(`${hierarchy}:${path}`, directory);
  const interesting = new Set<string>();
  const add = (hierarchy: string, path: string) => {
    for (let at = path; at !== "/" && at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const directory = directories.get(`${hierarchy}:${at}`);
      if (directory !== undefined) interesting.add(directory);
    }
  };
  for (const { hierarchy, path, inode } of facts.cgroups.values()) {
    const owner = ownership.ofThing(cgroupId(hierarchy, inode), () => ownerByPath(path, labCgroup));
    if (owner.origin === "learner") add(hierarchy, path);
  }
  for (const { init } of recognisedContainers(facts)) {
    for (const { hierarchy, path } of init?.cgroups ?? []) add(hierarchy, path);
  }
  return interesting;
}

function ownerByPath(path: string, labCgroup: string): Owner {
  const lab = labOfCgroup(path, labCgroup);
  if (lab !== undefined) return { origin: "learner", lab };
  return isLabsCgroup(path, labCgroup) ? GLASSBOX : HOST;
}

/** By its path, or by who was in it when it was first seen: a learner's process in it alone makes it a learner's. */
function decideOwner(cgroup: CgroupFacts, pids: readonly number[], ownership: Ownership, labCgroup: string): Owner {
  const owner = ownerByPath(cgroup.path, labCgroup);
  if (owner !== HOST || cgroup.path === "/") return owner;
  const owners = pids.map((pid) => ownership.ofProcess(pid));
  const learner = owners.find(({ origin }) => origin === "learner");
  return learner && owners.every(({ origin }) => origin === "learner") ? learner : HOST;
}

function membersByPath(facts: Facts): Map<string, number[]> {
  const members = new Map<string, number[]>();
  for (const process of facts.processes.values()) {
    for (const key of cgroupKeysOf(process)) {
      const pids = members.get(key);
      if (pids) pids.push(process.pid);
      else members.set(key, [process.pid]);
    }
  }
  for (const pids of members.values()) pids.sort((a, b) => a - b);
  return members;
}
