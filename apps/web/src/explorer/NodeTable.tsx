/** The graph as a table, for those who read rather than look, and for screen readers: every object, one row. */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import { useMemo, useState } from "react";
import { laneOrder } from "../graph/layout/machine-layout.ts";
import { dwellersOf, whoseOf } from "../graph/model/dwellers.ts";
import { factsOf } from "../graph/model/facts.ts";
import { nameOf } from "../graph/model/selection.ts";
import { KIND_WORDS, ORIGIN_WORDS } from "../graph/model/words.ts";
import css from "./Explorer.module.css";

/** Rows drawn at first; a table of thousands makes the page slow and helps nobody. */
const ROWS_STEP = 300;

export interface NodeTableProps {
  shown: readonly GraphNode[];
  nodes: ReadonlyMap<NodeId, GraphNode>;
  selected: NodeId | undefined;
  onSelect(id: NodeId): void;
}

export function NodeTable({ shown, nodes, selected, onSelect }: NodeTableProps) {
  const [limit, setLimit] = useState(ROWS_STEP);
  const dwellers = useMemo(() => dwellersOf(nodes.values()), [nodes]);
  const rows = [...shown].sort(inReadingOrder).slice(0, limit);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the arrow keys
    <div className={css.tableScroll} tabIndex={0}>
      <table className={css.table}>
        <caption className="visually-hidden">Objects of the kernel, {shown.length} in all</caption>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Name</th>
            <th scope="col">Whose</th>
            <th scope="col">What matters</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((node) => (
            <tr key={node.id} className={node.id === selected ? css.chosen : ""}>
              <td>{KIND_WORDS[node.kind].one}</td>
              <td>
                <button type="button" onClick={() => onSelect(node.id)}>
                  {[nameOf(node), whoseOf(node, dwellers, nodes)].join(" ").trim()}
                </button>
              </td>
              <td>{ORIGIN_WORDS[node.origin]}</td>
              <td>{summaryOf(node, nodes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length > limit && (
        <button type="button" className={`button ${css.more}`} onClick={() => setLimit(limit + ROWS_STEP)}>
          Show {Math.min(ROWS_STEP, shown.length - limit)} more of {shown.length}
        </button>
      )}
    </div>
  );
}

/** By kind; within one, what is the learner's first and the kernel's own threads last. */
function inReadingOrder(a: GraphNode, b: GraphNode): number {
  return laneOrder.indexOf(a.kind) - laneOrder.indexOf(b.kind) || rank(a) - rank(b);
}

function rank(node: GraphNode): number {
  if (node.origin === "learner") return 0;
  return node.kind === "process" && node.argv.length === 0 ? 2 : 1;
}

/** The facts that are worth a column, by kind. */
const WORTH: Record<GraphNode["kind"], readonly string[]> = {
  process: ["State", "Own namespaces", "Root directory"],
  namespace: ["Processes", "Hostname", "Also kept by"],
  cgroup: ["Controllers", "Processes", "Memory limit", "Process limit"],
  mount: ["Source", "Options"],
  container: ["Status", "First process"],
};

/** What nearly every process has says nothing about one of them. */
const USUAL: Record<string, (value: string) => boolean> = {
  "Own namespaces": (value) => value.startsWith("none"),
  "Root directory": (value) => value === "/",
};

function summaryOf(node: GraphNode, nodes: ReadonlyMap<NodeId, GraphNode>): string {
  return factsOf(node, nodes)
    .filter(({ name, value }) => WORTH[node.kind].includes(name) && !USUAL[name]?.(value))
    .map(({ name, value }) => `${name}: ${value}`)
    .join(" · ");
}
