/** What the graph is assembled from: facts, whose they are, and what was there before. */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import type { MountInfo } from "@glassbox/runtime/kernel";
import type { Facts } from "../facts.ts";
import type { Ownership } from "../ownership.ts";
import type { HoldersByInode } from "./holders.ts";

export interface Assembly {
  facts: Facts;
  /** What refers to each namespace, found from these facts. */
  holders: HoldersByInode;
  ownership: Ownership;
  /** Whose learner made a mount in the agent's own mount namespace by a command; undefined for all others. */
  labOfMount(mount: MountInfo): string | undefined;
  /** When an id was first seen; asking is seeing. */
  firstSeenMs(id: NodeId): number;
  nowMs: number;
  /** Directory below which each lab has its own. */
  labRoot: string;
  /** Names of the cgroups around the labs', as `lab-paths.ts` has it. */
  labCgroup: string;
  /** The graph as it was, for what is only looked at now and then. */
  before: ReadonlyMap<NodeId, GraphNode>;
  /** Count the members of initial namespaces and of cgroups nobody works with, too: there every fork changes them. */
  countCrowds: boolean;
}
