/** Processes: their facts, whose they are, and links to parent, namespaces and cgroups. */
import type { NodeId, ProcessNode } from "@glassbox/protocol";
import { NAMESPACE_TYPES } from "@glassbox/runtime/kernel";
import type { Facts, ProcessFacts } from "../facts.ts";
import { cgroupId, namespaceId, processId } from "../node-ids.ts";
import type { Owner } from "../ownership.ts";
import type { Assembly } from "./assembly.ts";
import { cgroupKey, cgroupKeysOf } from "./cgroup-keys.ts";

/** The node made from the same facts last time, with what else went into it. */
const made = new WeakMap<ProcessFacts, { key: string; node: ProcessNode }>();

export function processNodes({ facts, ownership, firstSeenMs }: Assembly): ProcessNode[] {
  const cgroups = cgroupIdsByPath(facts);
  return [...facts.processes.values()].map((process) => {
    const owner = ownership.ofProcess(process.pid);
    const parent = facts.processes.get(process.parentPid);
    const parentId = parent && processId(parent);
    const cgroupIds = cgroupKeysOf(process).flatMap((key) => cgroups.get(key) ?? []);
    const key = `${owner.origin} ${owner.lab} ${parentId} ${cgroupIds.join()}`;
    const known = made.get(process);
    if (known?.key === key) return known.node;
    const node = processNode(process, owner, parentId, cgroupIds, firstSeenMs(processId(process)));
    made.set(process, { key, node });
    return node;
  });
}

function processNode(
  process: ProcessFacts,
  owner: Owner,
  parent: NodeId | undefined,
  cgroups: NodeId[],
  firstSeenMs: number,
): ProcessNode {
  const namespaces: ProcessNode["namespaces"] = {};
  for (const type of NAMESPACE_TYPES) {
    const inode = process.namespaces[type];
    if (inode !== undefined) namespaces[type] = namespaceId(type, inode);
  }
  return {
    id: processId(process),
    kind: "process",
    ...owner,
    firstSeenMs,
    pid: process.pid,
    nsPids: process.nsPids,
    ...(parent !== undefined && { parent }),
    comm: process.comm,
    argv: process.argv,
    state: process.state,
    uid: process.uid,
    gid: process.gid,
    capabilities: process.capabilities,
    seccompMode: process.seccompMode,
    noNewPrivs: process.noNewPrivs,
    namespaces,
    ...(process.pidForChildren !== undefined && { pidForChildren: namespaceId("pid", process.pidForChildren) }),
    cgroups,
    root: process.root,
    cwd: process.cwd,
    rssBytes: process.rssBytes,
  };
}

function cgroupIdsByPath(facts: Facts): Map<string, NodeId> {
  const ids = new Map<string, NodeId>();
  for (const cgroup of facts.cgroups.values()) ids.set(cgroupKey(cgroup), cgroupId(cgroup.hierarchy, cgroup.inode));
  return ids;
}
