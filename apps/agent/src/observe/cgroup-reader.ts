/**
 * The cgroup part of the facts: which cgroups there are, their limits when written to, the usage of those that somebody
 * works with, and which processes have moved.
 */
import { type Kwatch, readMountinfo, readProcCgroup } from "@glassbox/runtime/kernel";
import { interestingCgroups } from "./assemble/cgroup-nodes.ts";
import { same } from "./diff.ts";
import type { CgroupFacts, Facts } from "./facts.ts";
import type { Ownership } from "./ownership.ts";
import type { Pending } from "./pending.ts";
import { readWords } from "./read/cgroup-files.ts";
import {
  type CgroupHierarchy,
  type CgroupReading,
  findHierarchies,
  listCgroups,
  readCgroup,
} from "./read/cgroup-tree.ts";

export class CgroupReader {
  readonly #facts: Facts;
  readonly #ownership: Ownership;
  readonly #watched = new Set<string>();
  readonly #labCgroup: string;
  #hierarchies: CgroupHierarchy[] = [];

  constructor(facts: Facts, ownership: Ownership, labCgroup: string) {
    this.#labCgroup = labCgroup;
    this.#facts = facts;
    this.#ownership = ownership;
  }

  forgetWatches(): void {
    this.#watched.clear();
  }

  /** Read what is pending; processes found to have moved join `pending.pids`. */
  read(pending: Pending, kwatch: Kwatch | undefined): void {
    const { cgroups } = this.#facts;
    if (pending.everyCgroup) {
      this.#hierarchies = findHierarchies(readMountinfo("self") ?? [], readProcCgroup("self") ?? []);
      for (const { mountPoint } of this.#hierarchies) this.#watch(mountPoint, kwatch);
      const there = new Set(this.#hierarchies.flatMap(listCgroups));
      for (const directory of cgroups.keys()) if (!there.has(directory)) cgroups.delete(directory);
      for (const directory of there) {
        if (!cgroups.has(directory)) this.#readOne(directory, { limits: true, usage: false });
      }
    }
    for (const directory of pending.cgroups) this.#readOne(directory, { limits: true, usage: false });
    if (pending.usage) {
      for (const directory of interestingCgroups(this.#facts, this.#ownership, this.#labCgroup))
        this.#readOne(directory, { limits: false, usage: true });
    }
    for (const directory of pending.cgroupMembers) this.#findMoved(directory, pending.pids);
  }

  #watch(mountPoint: string, kwatch: Kwatch | undefined): void {
    if (!kwatch || this.#watched.has(mountPoint)) return;
    this.#watched.add(mountPoint);
    kwatch.watchCgroups(mountPoint);
  }

  #readOne(directory: string, reading: CgroupReading): void {
    const { cgroups } = this.#facts;
    const hierarchy = this.#hierarchyOf(directory);
    const before = cgroups.get(directory);
    const after = hierarchy && readCgroup(hierarchy, directory, reading, before);
    if (!after) this.#forget(directory);
    else if (!same(before, after)) cgroups.set(directory, after);
  }

  /** Gone, and with it all below. */
  #forget(directory: string): void {
    const { cgroups } = this.#facts;
    for (const known of cgroups.keys())
      if (known === directory || known.startsWith(`${directory}/`)) cgroups.delete(known);
  }

  /** Members the kernel lists here whom we know elsewhere. */
  #findMoved(directory: string, pids: Set<number>): void {
    const cgroup: CgroupFacts | undefined = this.#facts.cgroups.get(directory);
    if (!cgroup) return;
    for (const word of readWords(`${directory}/cgroup.procs`)) {
      const process = this.#facts.processes.get(Number(word));
      const known = process?.cgroups.find(({ hierarchy }) => hierarchy === cgroup.hierarchy);
      if (known?.path !== cgroup.path) pids.add(Number(word));
    }
  }

  #hierarchyOf(directory: string): CgroupHierarchy | undefined {
    return this.#hierarchies.find(
      ({ mountPoint }) => directory === mountPoint || directory.startsWith(`${mountPoint}/`),
    );
  }
}
