/**
 * What is to be read at the next turn, gathered from events and timers. Everything in it is a set or a flag, so however
 * many events come, it is at most as large as the machine's number of processes, cgroups and mount namespaces.
 */

export interface Pending {
  /** When the oldest thing in it was noticed, milliseconds since the epoch. */
  noticedAtMs: number;
  /** Processes to read (again). */
  pids: Set<number>;
  /** Processes that ended: their children have a new parent now, of which no event tells. */
  ended: Set<number>;
  /** Mount namespaces whose table changed, by inode. */
  mountNamespaces: Set<number>;
  /** Cgroup directories that came, went or were written to. */
  cgroups: Set<string>;
  /** Those of them into which a process may have moved. */
  cgroupMembers: Set<string>;
  hostnames: boolean;
  /** Compare /proc with what is known. */
  everyPid: boolean;
  everyMountTable: boolean;
  /** List the cgroup hierarchies again. */
  everyCgroup: boolean;
  /** Read learners' processes again: some of what they do, such as unshare or chroot, has no event. */
  learners: boolean;
  /** Read this many of the machine's other processes again, going round. */
  others: number;
  /** Usage of the cgroups that somebody works with. */
  usage: boolean;
  /** Called when all this is in the graph. */
  waiters: Array<() => void>;
}

export function nothingPending(nowMs: number): Pending {
  return {
    noticedAtMs: nowMs,
    pids: new Set(),
    ended: new Set(),
    mountNamespaces: new Set(),
    cgroups: new Set(),
    cgroupMembers: new Set(),
    hostnames: false,
    everyPid: false,
    everyMountTable: false,
    everyCgroup: false,
    learners: false,
    others: 0,
    usage: false,
    waiters: [],
  };
}

/** Everything there is, as at the start or after events were lost. */
export function pendEverything(pending: Pending): void {
  pending.everyPid = true;
  pending.everyMountTable = true;
  pending.everyCgroup = true;
  pending.learners = true;
  pending.hostnames = true;
  pending.usage = true;
}
