/** `/explorer/`: the whole machine as the agent sees it, drawn or as a table, with the details of what is chosen. */
"use client";
import type { GraphNode, NodeId, NodeKind } from "@glassbox/protocol";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { Header } from "../chrome/Header.tsx";
import { Notice, SignedOut } from "../chrome/Notice.tsx";
import { api } from "../connection/api.ts";
import { paintClock } from "../connection/paint-clock.ts";
import { useLive } from "../connection/use-live.ts";
import { useRequest } from "../connection/use-request.ts";
import { MachineCanvas } from "../graph/render/MachineCanvas.tsx";
import { NodeDetails } from "../graph/render/NodeDetails.tsx";
import css from "./Explorer.module.css";
import { ExplorerBar, type ExplorerView } from "./ExplorerBar.tsx";
import { EVERYTHING, type Filter, matches } from "./matching.ts";
import { NodeTable } from "./NodeTable.tsx";

export function Explorer() {
  const graph = useLive((state) => state.graph);
  const known = useLive((state) => state.known);
  const status = useLive((state) => state.status);
  const machine = useRequest("machine", api.machine);
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [view, setView] = useState<ExplorerView>("map");
  const [selected, setSelected] = useState<NodeId>();
  const wanted = useDeferredValue(filter);
  const shown = useMemo(() => [...graph.nodes.values()].filter((node) => matches(node, wanted)), [graph.nodes, wanted]);
  const counts = useMemo(() => countKinds(graph.nodes.values()), [graph.nodes]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: told of each new graph, after the canvas below has drawn it
  useEffect(() => paintClock.committed(), [shown]);
  const node = selected === undefined ? undefined : graph.nodes.get(selected);

  if (status === "signed-out") {
    return (
      <div className={css.page}>
        <Header here="explorer" />
        <SignedOut />
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the details from anywhere on the page
    <div className={css.page} onKeyDown={(event) => event.key === "Escape" && setSelected(undefined)}>
      <Header here="explorer" />
      <ExplorerBar filter={filter} counts={counts} view={view} onFilter={setFilter} onView={setView} />
      <div className={css.body}>
        <section className={css.whole} data-pane="Objects" aria-label="Objects">
          {!known ? (
            <Notice title={status === "waiting" ? "The agent does not answer" : "Looking at the machine"} />
          ) : shown.length === 0 ? (
            <Notice
              title="Nothing matches"
              actions={
                <button type="button" className="button" onClick={() => setFilter(EVERYTHING)}>
                  Show everything
                </button>
              }
            />
          ) : view === "map" ? (
            <MachineCanvas
              shown={shown}
              nodes={graph.nodes}
              marks={graph.marks}
              selected={selected}
              onSelect={setSelected}
            />
          ) : (
            <NodeTable shown={shown} nodes={graph.nodes} selected={selected} onSelect={setSelected} />
          )}
        </section>
        {node && (
          <aside className={css.details} data-pane="Details" aria-label="Details">
            <NodeDetails
              node={node}
              nodes={graph.nodes}
              machine={machine.value}
              onSelect={setSelected}
              onClose={() => setSelected(undefined)}
            />
          </aside>
        )}
      </div>
    </div>
  );
}

function countKinds(nodes: Iterable<GraphNode>): Map<NodeKind, number> {
  const counts = new Map<NodeKind, number>();
  for (const node of nodes) counts.set(node.kind, (counts.get(node.kind) ?? 0) + 1);
  return counts;
}
