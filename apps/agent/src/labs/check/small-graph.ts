/**
 * What a lab's checks look at, for tests: a host with its agent, a learner's shell, and whatever a test adds.
 */
import type { GraphNode, NamespaceType, ProcessNode } from "@glassbox/protocol";
import { graphOf, namespaceNode, processNode } from "@glassbox/protocol/example-nodes";
import type { FileFacts, KernelView } from "./kernel-view.ts";

export const WORK_DIR = "/var/lib/glassbox/lab/test";

const AGENT_PID = 100;
const TYPES: NamespaceType[] = ["mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time"];

/** A shell in the lab's working directory. */
export function learnersProcess(pid: number, given: Partial<ProcessNode> = {}): ProcessNode {
  return processNode(pid, { lab: "test", cwd: WORK_DIR, ...given });
}

/** The host's agent and namespaces, a learner's shell (pid 200), and `more`. */
export function viewOf(more: GraphNode[], files: Record<string, Partial<FileFacts>> = {}): KernelView {
  return {
    nodes: graphOf<GraphNode>(
      processNode(AGENT_PID, { comm: "node", argv: ["node"], origin: "glassbox" }),
      ...TYPES.map((type) => namespaceNode(type, 1)),
      learnersProcess(200),
      ...more,
    ),
    lab: "test",
    workDir: WORK_DIR,
    cgroupBases: new Map([["unified", "/glassbox/test"]]),
    hostPid: AGENT_PID,
    readFile: (path, pid) => {
      const facts = files[pid === undefined ? path : `${pid}:${path}`];
      return { path, exists: facts !== undefined, ...facts };
    },
  };
}
