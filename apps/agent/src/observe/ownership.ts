/**
 * Whose doing things are: the machine's own, a learner's, or Glassbox's. Processes inherit from who forked them and keep
 * it for life, also when their parent dies and pid 1 takes them over; `claim` marks a lab's shell and all below it.
 * Everything else gets its owner from the processes that held it when it was first seen.
 */
import type { NodeId, Origin } from "@glassbox/protocol";

export interface Owner {
  origin: Origin;
  lab?: string;
}

export const HOST: Owner = { origin: "host" };
export const GLASSBOX: Owner = { origin: "glassbox" };

/** The little of a process that ownership follows. */
interface Kin {
  pid: number;
  parentPid: number;
  session: number;
  startTimeTicks: number;
}

export class Ownership {
  readonly #owners = new Map<number, Owner>();
  /** Start times of claimed shells. */
  readonly #claims = new Map<number, number>();
  /** Who forked a process, which `parentPid` stops telling when that one dies. */
  readonly #forkedBy = new Map<number, number>();
  /** Namespaces, mounts and cgroups: decided when first seen, kept while they are there. */
  readonly #things = new Map<NodeId, Owner>();

  /** `agentPid` and what it starts are Glassbox's, unless claimed. */
  constructor(agentPid: number) {
    this.#owners.set(agentPid, GLASSBOX);
  }

  /**
   * Make `pid`, and what is known to descend from it, the learner's.
   * @param startTimeTicks of the process claimed, because the news of its own fork may come after the claim
   */
  claim(pid: number, startTimeTicks: number | undefined, lab: string, known: Iterable<Kin>): void {
    const owner: Owner = { origin: "learner", lab };
    if (startTimeTicks !== undefined) this.#claims.set(pid, startTimeTicks);
    this.#owners.set(pid, owner);
    const links = [...this.#forkedBy, ...Array.from(known, (each) => [each.pid, each.parentPid] as const)];
    const claimed = new Set([pid]);
    // Pids rise and wrap around, so parents may come after children: repeat until nothing is added.
    for (let before = 0; before !== claimed.size; ) {
      before = claimed.size;
      for (const [child, parent] of links) {
        if (claimed.has(child) || !claimed.has(parent)) continue;
        claimed.add(child);
        this.#owners.set(child, owner);
      }
    }
  }

  /**
   * A fork the kernel told of. Also marks a reused pid as new.
   * @param startTimeOf asked only about claimed processes
   */
  forked(parent: number, child: number, startTimeOf: (pid: number) => number | undefined): void {
    this.#forkedBy.set(child, parent);
    const claimedStart = this.#claims.get(child);
    if (claimedStart !== undefined && startTimeOf(child) === claimedStart) return;
    this.#claims.delete(child);
    const owner = this.#owners.get(parent);
    if (owner) this.#owners.set(child, owner);
    else this.#owners.delete(child);
  }

  /** A process that was read: when no fork was heard of, its parent or its session's leader says whose it is. */
  seen(process: Kin, lab: string | undefined): void {
    if (lab !== undefined && this.#owners.get(process.pid)?.origin !== "learner") {
      this.#owners.set(process.pid, { origin: "learner", lab });
    }
    if (this.#owners.has(process.pid)) return;
    const owner = this.#owners.get(process.parentPid) ?? this.#learnerOf(process.session);
    if (owner) this.#owners.set(process.pid, owner);
  }

  /** The process is gone, zombie and all. */
  gone(pid: number): void {
    for (const known of [this.#owners, this.#claims, this.#forkedBy]) known.delete(pid);
  }

  /** Forget processes that are not there, whose end nobody told of. */
  keepProcesses(pids: { has(pid: number): boolean }): void {
    for (const known of [this.#owners, this.#claims, this.#forkedBy]) {
      for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid);
    }
  }

  /** Whether any process is a learner's. */
  get hasLearners(): boolean {
    for (const { origin } of this.#owners.values()) if (origin === "learner") return true;
    return false;
  }

  ofProcess(pid: number): Owner {
    return this.#owners.get(pid) ?? HOST;
  }

  parentAtFork(pid: number): number | undefined {
    return this.#forkedBy.get(pid);
  }

  /** The owner decided when the thing was first seen; `decide` is asked only then. */
  ofThing(id: NodeId, decide: () => Owner): Owner {
    let owner = this.#things.get(id);
    if (!owner) {
      owner = decide();
      this.#things.set(id, owner);
    }
    return owner;
  }

  /** Decide anew next time: the id now names something else, or the thing was host's for want of knowledge. */
  forgetThing(id: NodeId): void {
    this.#things.delete(id);
  }

  /** Forget everything that is not in the graph any more. */
  keepThings(ids: { has(id: NodeId): boolean }): void {
    for (const id of this.#things.keys()) if (!ids.has(id)) this.#things.delete(id);
  }

  #learnerOf(pid: number): Owner | undefined {
    const owner = this.#owners.get(pid);
    return owner?.origin === "learner" ? owner : undefined;
  }
}
