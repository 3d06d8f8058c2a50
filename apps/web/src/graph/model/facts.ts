/** An object's fields as name and value in words, in the order people ask for them. Empty ones are left out. */
import type { GraphNode, IdMapLine, NodeId } from "@glassbox/protocol";
import { nameOf } from "./selection.ts";
import { bytesInWords, commandOf } from "./wording.ts";
import { NAMESPACE_WORDS, namespaceTypes, STATE_WORDS } from "./words.ts";

export interface Fact {
  name: string;
  value: string;
}

export function factsOf(node: GraphNode, nodes: ReadonlyMap<NodeId, GraphNode>): Fact[] {
  const facts: [string, string | number | undefined][] = [];
  switch (node.kind) {
    case "process": {
      const own = namespaceTypes.filter((type) => {
        const namespace = nodes.get(node.namespaces[type] ?? "");
        return namespace?.kind === "namespace" && !namespace.initial;
      });
      facts.push(
        ["Command", commandOf(node)],
        ["State", STATE_WORDS[node.state] ?? node.state],
        [
          "Pid",
          node.nsPids.length > 1 ? `${node.pid} on the machine, ${node.nsPids.slice(1).join(", ")} inside` : node.pid,
        ],
        [
          "Own namespaces",
          own.length > 0 ? own.map((type) => NAMESPACE_WORDS[type].short).join(", ") : "none, it uses the machine's",
        ],
        ["Root directory", node.root],
        ["Working directory", node.cwd],
        ["User and group", `${node.uid}:${node.gid}`],
        ["Capabilities", `0x${node.capabilities.effective.replace(/^0+(?=.)/, "")}`],
        ["Seccomp", ["off", "strict", "filter"][node.seccompMode]],
        ["No new privileges", node.noNewPrivs ? "yes" : "no"],
        ["Memory", bytesInWords(node.rssBytes)],
      );
      break;
    }
    case "namespace":
      facts.push(
        ["Hostname", node.hostname],
        ["Inode", node.inode],
        ["The machine's own", node.initial ? "yes" : "no"],
        ["Processes", node.memberCount],
        ["Also kept by", node.heldBy.join("\n")],
        ["User id map", mapInWords(node.uidMap)],
        ["Group id map", mapInWords(node.gidMap)],
        ["Owner", named(node.owner, nodes)],
        ["Inside of", named(node.parent, nodes)],
      );
      break;
    case "cgroup":
      facts.push(
        ["Path", node.path],
        ["Tree", node.version === 2 ? "unified (v2)" : `${node.hierarchy} (v1)`],
        ["Controllers", node.controllers.join(" ")],
        ["For children", node.subtreeControl.join(" ")],
        ["Processes", node.pids.length],
        ["Memory limit", bytes(node.limits.memoryMaxBytes)],
        ["Memory used", bytes(node.usage.memoryBytes)],
        ["Killed for memory", node.usage.oomKillCount],
        ["Process limit", node.limits.pidsMax],
        ["Processes counted", node.usage.pidsCurrent],
        ["Refused", node.usage.pidsMaxHits],
        ["CPU limit", node.limits.cpuQuotaUs && `${node.limits.cpuQuotaUs} of every ${node.limits.cpuPeriodUs} µs`],
        ["Held back", node.usage.throttledCount],
        ["Waited for the processor", node.usage.cpuWaitedUs && `${(node.usage.cpuWaitedUs / 1e6).toFixed(1)} s`],
        ["Frozen", node.frozen ? "yes" : undefined],
      );
      break;
    case "mount":
      facts.push(
        ["File system", node.fsType],
        ["Source", node.source],
        ["Directory of it", node.root],
        ["Options", node.options.join(",")],
        ["Its own options", node.superOptions.join(",")],
        ["Shared in group", node.sharedGroup],
        ["Follows group", node.masterGroup],
        ["Upper layer", node.overlay?.upper],
        ["Lower layers", node.overlay?.lower.join("\n")],
        ["Namespace", named(node.namespace, nodes)],
      );
      break;
    case "container":
      facts.push(
        ["Status", node.status],
        ["Run by", node.runtime],
        ["Bundle", node.bundle],
        ["First process", named(node.init, nodes)],
      );
  }
  return facts.flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [{ name, value: String(value) }],
  );
}

const bytes = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : bytesInWords(value);

const mapInWords = (lines: readonly IdMapLine[] | undefined): string | undefined =>
  lines?.map((line) => `${line.inside} inside is ${line.outside} outside (${line.length})`).join("\n");

function named(id: NodeId | undefined, nodes: ReadonlyMap<NodeId, GraphNode>): string | undefined {
  const node = id === undefined ? undefined : nodes.get(id);
  return node ? nameOf(node) : id;
}
