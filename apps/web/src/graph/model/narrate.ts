/**
 * Says in one plain sentence what a change did, for the strip under the picture and for screen readers. Only what the
 * learner made is told; the rest of the machine lives its own life.
 */
import type {
  CgroupNode,
  ContainerNode,
  GraphNode,
  MountNode,
  NamespaceNode,
  NodeId,
  ProcessNode,
} from "@glassbox/protocol";
import { bytesInWords, clipped, lastPart, shortCommandOf } from "./wording.ts";
import { NAMESPACE_WORDS, namespaceTypes } from "./words.ts";

type Nodes = ReadonlyMap<NodeId, GraphNode>;

/**
 * Undefined when there is nothing worth saying. `nodes` is the graph before the change, to name what things belong to;
 * `quiet` are mount namespaces whose mounts come or go all at once: the namespace's own sentence tells that.
 */
export function narrate(
  before: GraphNode | undefined,
  after: GraphNode | undefined,
  nodes: Nodes,
  quiet: ReadonlySet<NodeId>,
): string | undefined {
  const node = after ?? before;
  if (node?.origin !== "learner") return undefined;
  switch (node.kind) {
    case "process":
      return processSentence(before as ProcessNode | undefined, after as ProcessNode | undefined, nodes);
    case "namespace":
      return namespaceSentence(before as NamespaceNode | undefined, after as NamespaceNode | undefined);
    case "cgroup":
      return cgroupSentence(before as CgroupNode | undefined, after as CgroupNode | undefined);
    case "mount":
      return quiet.has(node.namespace)
        ? undefined
        : mountSentence(before as MountNode | undefined, after as MountNode | undefined);
    case "container":
      if (!after) return `${containerWords(node)} is gone`;
      if (before?.kind === "container" && before.status === node.status) return undefined;
      return `${containerWords(node)} is ${node.status}`;
  }
}

function processSentence(before: ProcessNode | undefined, after: ProcessNode | undefined, nodes: Nodes) {
  if (!after) return before && `Process ${before.pid} (${before.comm}) is gone`;
  const name = `Process ${after.pid} (${after.comm})`;
  if (!before) return `${name} started`;
  if (after.state === "Z" && before.state !== "Z") return `${name} ended; its parent has not collected it yet`;
  const entered = namespaceTypes.filter((type) => before.namespaces[type] !== after.namespaces[type]);
  if (entered.length > 0) {
    const initial = entered.every((type) => isInitial(nodes.get(after.namespaces[type] ?? "")));
    const names = entered.map((type) => NAMESPACE_WORDS[type].short).join(", ");
    return `${name} ${initial ? "went back to the machine's" : "moved to another"} ${names} namespace`;
  }
  if (after.root !== before.root) return `${name} now has ${quoted(after.root)} as its root directory`;
  if (before.argv.join("\0") !== after.argv.join("\0"))
    return `Process ${after.pid} now runs ${quoted(clipped(shortCommandOf(after), 48))}`;
  if (after.pidForChildren && after.pidForChildren !== before.pidForChildren) {
    return `The next child of process ${after.pid} will be in a new PID namespace`;
  }
  if (after.cgroups.join() !== before.cgroups.join()) return `${name} moved to another cgroup`;
  return undefined;
}

function namespaceSentence(before: NamespaceNode | undefined, after: NamespaceNode | undefined) {
  if (!after) return before && `A ${NAMESPACE_WORDS[before.type].short} namespace is gone`;
  const name = `${NAMESPACE_WORDS[after.type].short} namespace`;
  if (!before) return `A new ${name} appeared`;
  if (after.hostname !== before.hostname)
    return `The hostname in one UTS namespace is now ${quoted(after.hostname ?? "")}`;
  if (JSON.stringify(after.uidMap) !== JSON.stringify(before.uidMap)) return `A ${name} got its user id map`;
  return undefined;
}

function cgroupSentence(before: CgroupNode | undefined, after: CgroupNode | undefined) {
  if (!after) return before && `Cgroup ${quoted(lastPart(before.path))} was removed`;
  const name = `Cgroup ${quoted(lastPart(after.path))}`;
  if (!before) return after.version === 1 ? `${name} was made (${after.hierarchy})` : `${name} was made`;
  if ((after.usage.oomKillCount ?? 0) > (before.usage.oomKillCount ?? 0)) {
    return `The kernel killed a process in ${quoted(lastPart(after.path))}: it was out of memory`;
  }
  if ((after.usage.pidsMaxHits ?? 0) > (before.usage.pidsMaxHits ?? 0)) {
    return `The kernel refused a new process in ${quoted(lastPart(after.path))}: too many already`;
  }
  const [was, is] = [before.limits, after.limits];
  if (is.memoryMaxBytes !== was.memoryMaxBytes) {
    return `${name} may now use ${is.memoryMaxBytes === undefined ? "any amount" : bytesInWords(is.memoryMaxBytes)} of memory`;
  }
  if (is.pidsMax !== was.pidsMax) return `${name} may now hold ${is.pidsMax ?? "any number of"} processes`;
  if (is.cpuQuotaUs !== was.cpuQuotaUs || is.cpuPeriodUs !== was.cpuPeriodUs) return `${name} has a new CPU limit`;
  if (after.frozen !== before.frozen) return `${name} is ${after.frozen ? "frozen" : "running again"}`;
  return undefined;
}

function mountSentence(before: MountNode | undefined, after: MountNode | undefined) {
  if (!after) return before && `${quoted(before.mountPoint)} was unmounted`;
  if (!before) return `${after.fsType} was mounted at ${quoted(after.mountPoint)}`;
  if (before.sharedGroup !== after.sharedGroup) {
    return `${quoted(after.mountPoint)} is ${after.sharedGroup === undefined ? "no longer shared" : "now shared"}`;
  }
  return undefined;
}

/** One made by hand has no name, and goes by the pid of its first process. */
function containerWords({ containerId, runtime }: ContainerNode): string {
  return runtime === "by hand"
    ? `The container made by hand (process ${containerId})`
    : `Container ${quoted(containerId)}`;
}

const isInitial = (node: GraphNode | undefined): boolean => node?.kind === "namespace" && node.initial;
const quoted = (text: string): string => `"${text}"`;
