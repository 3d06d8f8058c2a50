/** `/explorer/`: the whole machine as the agent sees it, drawn or as a table, with the details of what is chosen. */
"use client";
import type { GraphNode, NodeId, NodeKind, Origin } from "@glassbox/protocol";
import { Map as MapIcon, Search, Table2 } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { Header } from "../chrome/Header.tsx";
import { Notice, SignedOut } from "../chrome/Notice.tsx";
import { api } from "../connection/api.ts";
import { paintClock } from "../connection/paint-clock.ts";
import { useLive } from "../connection/use-live.ts";
import { useRequest } from "../connection/use-request.ts";
import { laneOrder } from "../graph/layout/machine-layout.ts";
import { KIND_WORDS } from "../graph/model/words.ts";
import { MachineCanvas } from "../graph/render/MachineCanvas.tsx";
import { NodeDetails } from "../graph/render/NodeDetails.tsx";
import css from "./Explorer.module.css";
import { EVERYTHING, type Filter, matches } from "./matching.ts";
import { NodeTable } from "./NodeTable.tsx";

const origins: readonly Origin[] = ["learner", "host", "glassbox"];

export function Explorer() {
  const graph = useLive((state) => state.graph);
  const known = useLive((state) => state.known);
  const status = useLive((state) => state.status);
  const machine = useRequest("machine", api.machine);
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [view, setView] = useState<"map" | "table">("map");
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
      <div className={css.bar} data-pane="Filter">
        <h1>Explorer</h1>
        <label className={css.search}>
          <Search size={15} aria-hidden />
          <span className="visually-hidden">Search objects</span>
          <input
            type="search"
            placeholder="Name, pid, path"
            value={filter.text}
            onChange={(event) => setFilter({ ...filter, text: event.target.value })}
            data-pane-start
          />
        </label>
        <Chips
          label="Kind"
          all={laneOrder}
          chosen={filter.kinds}
          word={(kind: NodeKind) => `${KIND_WORDS[kind].many} ${counts.get(kind) ?? 0}`}
          onChange={(kinds) => setFilter({ ...filter, kinds })}
        />
        <Chips
          label="Whose"
          all={origins}
          chosen={filter.origins}
          word={(origin: Origin) => ({ learner: "yours", host: "machine", glassbox: "glassbox" })[origin]}
          onChange={(chosen) => setFilter({ ...filter, origins: chosen })}
        />
        <span className={css.grow} />
        <fieldset className={css.view}>
          <legend className="visually-hidden">Show as</legend>
          <button type="button" aria-pressed={view === "map"} onClick={() => setView("map")}>
            <MapIcon size={14} aria-hidden />
            Map
          </button>
          <button type="button" aria-pressed={view === "table"} onClick={() => setView("table")}>
            <Table2 size={14} aria-hidden />
            Table
          </button>
        </fieldset>
      </div>
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

interface ChipsProps<T extends string> {
  label: string;
  all: readonly T[];
  chosen: readonly T[];
  word(each: T): string;
  onChange(chosen: T[]): void;
}

function Chips<T extends string>({ label, all, chosen, word, onChange }: ChipsProps<T>) {
  return (
    <fieldset className={css.chips}>
      <legend className="visually-hidden">{label}</legend>
      {all.map((each) => {
        const on = chosen.includes(each);
        return (
          <button
            key={each}
            type="button"
            aria-pressed={on}
            onClick={() => onChange(on ? chosen.filter((other) => other !== each) : [...chosen, each])}
          >
            {word(each)}
          </button>
        );
      })}
    </fieldset>
  );
}

function countKinds(nodes: Iterable<GraphNode>): Map<NodeKind, number> {
  const counts = new Map<NodeKind, number>();
  for (const node of nodes) counts.set(node.kind, (counts.get(node.kind) ?? 0) + 1);
  return counts;
}
