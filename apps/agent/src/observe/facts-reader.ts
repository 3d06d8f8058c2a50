/**
 * Brings the facts up to date with the kernel: given what is pending, reads that and nothing else. It holds no opinion
 * on when to read; `observer.ts` does. What it reads with is in `read/`.
 */
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { NodeId } from "@glassbox/protocol";
import { type Kwatch, listPids, type MountInfo, mountTableOf, readNamespaceLinks } from "@glassbox/runtime/kernel";
import { findHolders, type Holders, type HoldersByInode } from "./assemble/holders.ts";
import { CgroupReader } from "./cgroup-reader.ts";
import { same } from "./diff.ts";
import { emptyFacts, type Facts } from "./facts.ts";
import { labOfCgroup } from "./lab-paths.ts";
import { namespaceId } from "./node-ids.ts";
import type { Ownership } from "./ownership.ts";
import type { Pending } from "./pending.ts";
import { ContainerStateReader, type StateRoot } from "./read/container-state.ts";
import { chooseWitnesses, mountTable, readMountTable } from "./read/mount-tables.ts";
import { type NamespaceReference, readNamespaces } from "./read/namespace-facts.ts";
import { readProcess } from "./read/process.ts";
import { stateRootOf } from "./read/state-root-of.ts";

/** Longest stretch of reading before terminals and sockets get their turn, in milliseconds. */
const SLICE_MS = 8;

/** Mount namespaces watched at once: each costs kwatch a descriptor. The others are found changed by the slow scan. */
const WATCHED_MOUNTS_MAX = 512;

export class FactsReader {
  readonly facts: Facts = emptyFacts();
  /** The agent's own mount namespace, which kwatch watches without being asked. */
  readonly ownMountNamespace = readNamespaceLinks("self").own.mnt ?? 0;
  readonly #ownership: Ownership;
  readonly #labCgroup: string;
  readonly #containers: ContainerStateReader;
  readonly #cgroups: CgroupReader;
  /** Process through which each mount namespace is watched, and back. */
  readonly #watched = new Map<number, number>();
  /** What refers to each namespace, as of the last reading. */
  holders: HoldersByInode = new Map();
  /** Where the round of the machine's other processes has got to. */
  #roundAtPid = 0;

  constructor(ownership: Ownership, labCgroup: string, stateRoots?: readonly StateRoot[]) {
    this.#labCgroup = labCgroup;
    this.#ownership = ownership;
    this.#containers = new ContainerStateReader(stateRoots);
    this.#cgroups = new CgroupReader(this.facts, ownership, labCgroup);
  }

  /** The mounts of the agent's own mount namespace, as last read. */
  get ownMounts(): readonly MountInfo[] {
    return this.facts.mountTables.get(this.ownMountNamespace)?.mounts ?? [];
  }

  /** Which mount namespace a `mounts` record is about. */
  namespaceWatchedThrough(pid: number | "self"): number | undefined {
    if (pid === "self") return this.ownMountNamespace;
    for (const [namespace, watchedPid] of this.#watched) if (watchedPid === pid) return namespace;
    return undefined;
  }

  /** A new kwatch knows nothing of what the last one watched. */
  forgetWatches(): void {
    this.#watched.clear();
    this.#cgroups.forgetWatches();
  }

  /**
   * Read what is pending.
   * @returns namespaces whose inode names another namespace than before, so that what was known of them is void
   */
  async read(pending: Pending, kwatch: Kwatch | undefined): Promise<NodeId[]> {
    this.#readInitialNamespaces();
    this.#cgroups.read(pending, kwatch);
    await this.#readProcesses(pending, kwatch?.pid);
    await this.#readMountTables(pending, kwatch);
    this.facts.containers = this.#containers.read();
    return this.#readNamespaces(pending, kwatch);
  }

  /** Those of pid 1; where it does not let itself be looked at, those of the agent, which runs on the bare machine. */
  #readInitialNamespaces(): void {
    if (this.facts.initial.mnt !== undefined) return;
    this.facts.initial = { ...readNamespaceLinks("self").own, ...readNamespaceLinks(1).own };
  }

  async #readProcesses(pending: Pending, kwatchPid: number | undefined): Promise<void> {
    const { processes } = this.facts;
    const pids = new Set(pending.pids);
    if (pending.everyPid) {
      const there = new Set(listPids());
      for (const pid of there) if (!processes.has(pid)) pids.add(pid);
      for (const pid of processes.keys()) if (!there.has(pid)) pids.add(pid);
      this.#ownership.keepProcesses(there);
    }
    for (const process of processes.values()) {
      const learners = this.#ownership.ofProcess(process.pid).origin === "learner";
      if (pending.ended.has(process.parentPid) || (pending.learners && learners)) pids.add(process.pid);
    }
    this.#goRound(pending.others, pids);

    let sliceEndsMs = performance.now() + SLICE_MS;
    for (const pid of [...pids].sort((a, b) => a - b)) {
      // kwatch visits other namespaces for an instant at a time; it lives where it was started.
      if (pid === kwatchPid && processes.has(pid)) continue;
      this.#readProcess(pid);
      if (performance.now() > sliceEndsMs) {
        await yieldToOthers();
        sliceEndsMs = performance.now() + SLICE_MS;
      }
    }
  }

  #readProcess(pid: number): void {
    const before = this.facts.processes.get(pid);
    const after = readProcess(pid, this.#ownership.ofProcess(pid).origin === "learner");
    if (!after) {
      this.facts.processes.delete(pid);
      this.#ownership.gone(pid);
      return;
    }
    const lab = after.cgroups
      .map(({ path }) => labOfCgroup(path, this.#labCgroup))
      .find((found) => found !== undefined);
    this.#ownership.seen(after, lab);
    if (same(before, after)) return;
    this.facts.processes.set(pid, after);
    const root = stateRootOf(after);
    if (root) this.#containers.learn(root);
  }

  /** Some of the processes nobody works with, in turn: their memory and state are worth showing, not worth chasing. */
  #goRound(count: number, pids: Set<number>): void {
    if (count === 0) return;
    const known = [...this.facts.processes.values()].filter((process) => !process.kernelThread).map(({ pid }) => pid);
    known.sort((a, b) => a - b);
    const from = known.findIndex((pid) => pid > this.#roundAtPid);
    const turn = from < 0 ? known.slice(0, count) : known.slice(from, from + count);
    for (const pid of turn) pids.add(pid);
    this.#roundAtPid = turn.at(-1) ?? 0;
  }

  async #readMountTables(pending: Pending, kwatch: Kwatch | undefined): Promise<void> {
    const { mountTables, processes } = this.facts;
    const witnesses = chooseWitnesses(processes.values());
    for (const namespace of this.#watched.keys()) if (!witnesses.has(namespace)) this.#unwatch(namespace, kwatch);
    const holders = pending.everyMountTable ? findHolders(this.facts) : this.holders;
    for (const namespace of mountTables.keys()) {
      const held = holders.get(namespace);
      if (!witnesses.has(namespace) && !held?.heldBy.length) mountTables.delete(namespace);
    }

    for (const [namespace, pid] of witnesses) {
      const before = mountTables.get(namespace);
      const rewatched = this.#watch(namespace, pid, kwatch);
      if (before && !rewatched && !pending.everyMountTable && !pending.mountNamespaces.has(namespace)) continue;
      const table = readMountTable(namespace, namespace === this.ownMountNamespace ? "self" : pid, before);
      if (table) mountTables.set(namespace, table);
    }
    if (!kwatch || !pending.everyMountTable) return;
    // Namespaces that only a bind mount or a descriptor keeps: nobody to read through, so kwatch goes and looks.
    for (const { type, inode, paths, memberPids } of holders.values()) {
      const [path] = paths;
      if (type !== "mnt" || memberPids.length > 0 || path === undefined) continue;
      const text = await mountTableOf(kwatch, path).catch(() => "");
      if (text !== "") mountTables.set(inode, mountTable(inode, text, mountTables.get(inode)));
    }
  }

  /** @returns whether the watch is a new one, so that changes before it may have been missed */
  #watch(namespace: number, pid: number, kwatch: Kwatch | undefined): boolean {
    if (namespace === this.ownMountNamespace || this.#watched.get(namespace) === pid) return false;
    if (this.#watched.size >= WATCHED_MOUNTS_MAX) return false;
    this.#unwatch(namespace, kwatch);
    kwatch?.watchMounts(pid);
    this.#watched.set(namespace, pid);
    return true;
  }

  /** At once, because the watch keeps the namespace alive; kwatch itself lets go when the process ends. */
  #unwatch(namespace: number, kwatch: Kwatch | undefined): void {
    const pid = this.#watched.get(namespace);
    if (pid === undefined) return;
    this.#watched.delete(namespace);
    // The same process may by now be the one through which its new namespace is watched.
    if (![...this.#watched.values()].includes(pid)) kwatch?.unwatchMounts(pid);
  }

  async #readNamespaces(pending: Pending, kwatch: Kwatch | undefined): Promise<NodeId[]> {
    const holders = findHolders(this.facts);
    const renewed: NodeId[] = [];
    for (const [inode, held] of holders) {
      const before = this.holders.get(inode);
      if (!before || this.#isSameNamespace(before, held)) continue;
      const id = namespaceId(before.type, inode);
      this.facts.namespaces.delete(id);
      this.#ownership.forgetThing(id);
      renewed.push(id);
    }
    this.holders = holders;
    const references: NamespaceReference[] = [];
    for (const { type, inode, paths, memberPids } of holders.values()) {
      const [memberPid] = memberPids;
      references.push({ type, inode, paths, ...(memberPid !== undefined && { memberPid }) });
    }
    this.facts.namespaces = await readNamespaces(kwatch, references, this.facts.namespaces, pending.hostnames);
    return renewed;
  }

  /**
   * The kernel gives a new namespace the lowest inode that is free, most likely that of one just gone. It is the same
   * one if anything that holds it now held it before, or was forked by something that did.
   */
  #isSameNamespace(before: Holders, now: Holders): boolean {
    if (this.facts.initial[now.type] === now.inode) return true;
    if (before.type !== now.type) return false;
    const pidsBefore = new Set([...before.memberPids, ...before.holderPids]);
    return (
      before.heldBy.some((path) => now.heldBy.includes(path)) ||
      [...now.memberPids, ...now.holderPids].some(
        (pid) => pidsBefore.has(pid) || pidsBefore.has(this.#ownership.parentAtFork(pid) ?? 0),
      )
    );
  }
}
