/**
 * `glassbox graph`: the kernel graph in a terminal, from an observer of its own. Without options a table of what stands
 * out from the bare machine; `--all` with everything, `--json` as the protocol has it, `--watch` to follow changes.
 */
import type { GraphChange, GraphNode } from "@glassbox/protocol";
import { GlassboxError } from "@glassbox/runtime/base";
import { nativeProgram } from "@glassbox/runtime/kernel";
import { Observer } from "./observer.ts";

const OPTIONS = ["--all", "--json", "--watch"] as const;

/**
 * @param args what follows `glassbox graph`
 * @param print called with whole lines without their end
 * @param signal ends `--watch`
 * @throws GlassboxError "invalid argument" for an unknown option
 */
export async function graphCommand(
  args: readonly string[],
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const unknown = args.find((arg) => !(OPTIONS as readonly string[]).includes(arg));
  if (unknown !== undefined)
    throw new GlassboxError("invalid argument", `Unknown option "${unknown}" of glassbox graph`, {
      hint: `Options are ${OPTIONS.join(", ")}`,
    });
  const json = args.includes("--json");
  const all = args.includes("--all");
  const shown = (node: GraphNode) => all || standsOut(node);
  const observer = await Observer.start({ kwatchProgram: nativeProgram("kwatch") });
  try {
    for (const node of observer.nodes.values())
      if (json || shown(node)) print(json ? JSON.stringify(node) : describe(node));
    if (!args.includes("--watch")) return;
    const stop = observer.subscribe(({ changes }) => {
      for (const change of changes) {
        if (json) print(JSON.stringify(change));
        else if (change.op === "remove" || shown(change.node)) print(describeChange(change));
      }
    });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    stop();
  } finally {
    await observer.close();
  }
}

/** Not simply part of the machine as it started. */
function standsOut(node: GraphNode): boolean {
  if (node.origin !== "host" || node.kind === "container") return true;
  return node.kind === "namespace" && !node.initial;
}

function describeChange(change: GraphChange): string {
  return change.op === "remove" ? `- ${change.id}` : `+ ${describe(change.node)}`;
}

/** One line: kind, id, whose, and what tells one from another. */
function describe(node: GraphNode): string {
  const whose = node.lab === undefined ? node.origin : `${node.origin} ${node.lab}`;
  return [node.kind.padEnd(9), node.id.padEnd(34), whose.padEnd(9), detail(node)].join("  ");
}

function detail(node: GraphNode): string {
  switch (node.kind) {
    case "process":
      return `${node.state} ${node.argv.join(" ") || `[${node.comm}]`}`.slice(0, 100);
    case "namespace":
      return [
        `${node.memberCount} members`,
        node.parent && `in ${node.parent}`,
        node.owner && `owned by ${node.owner}`,
        node.hostname && `called ${node.hostname}`,
        node.heldBy.length > 0 && `held by ${node.heldBy.join(", ")}`,
      ]
        .filter(Boolean)
        .join(", ");
    case "cgroup":
      return `${node.path} ${node.pids.length} processes ${JSON.stringify(node.limits)}`;
    case "mount":
      return `${node.mountPoint} ${node.fsType} ${node.source}`;
    case "container":
      return `${node.runtime} ${node.containerId} ${node.status}`;
  }
}
