/**
 * The picture beside the terminal: what the learner made, seen as processes and namespaces, as cgroups, or as mounts.
 * The rest of the machine is one quiet line below. Everything in it comes from the live graph.
 */
"use client";
import type { MachineInfo, NamespaceNode, NodeId } from "@glassbox/protocol";
import { BookOpen, Sparkles } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { paintClock } from "../../connection/paint-clock.ts";
import { useLive } from "../../connection/use-live.ts";
import type { GraphState } from "../model/graph.ts";
import { initialNamespaces } from "../model/selection.ts";
import { CgroupView } from "./CgroupView.tsx";
import css from "./GraphPane.module.css";
import { Legend } from "./Legend.tsx";
import { MountView } from "./MountView.tsx";
import { isEmptyScene, NamespaceView } from "./NamespaceView.tsx";
import { NodeDetails } from "./NodeDetails.tsx";
import { Picture, type PictureContext } from "./picture-context.ts";
import { Happenings, RestOfMachine } from "./Strip.tsx";
import { useScenes } from "./use-scenes.ts";
import { useWhatMatters } from "./use-what-matters.ts";
import { ZoomSurface } from "./ZoomSurface.tsx";

export type PictureView = "namespaces" | "cgroups" | "mounts";

/** What each view is called, and what it says while there is nothing to see. */
export const VIEW_WORDS: Record<PictureView, { title: string; empty: string }> = {
  namespaces: {
    title: "Processes",
    empty: "Nothing of yours is running yet. Open a terminal: its shell appears here.",
  },
  cgroups: { title: "Cgroups", empty: "You have made no cgroup yet. Make one with mkdir and it appears here." },
  mounts: { title: "Mounts", empty: "You have mounted nothing yet. What you mount appears here." },
};

export interface GraphPaneProps {
  lab: string;
  /** The lab's directory. */
  workDir: string;
  view: PictureView;
  /** Asked for when the lesson points at something that another view shows. */
  onView(view: PictureView): void;
  /** Where the picture's own buttons go: the bar above it, beside the tabs. */
  toolbar: HTMLElement | null;
  /** Node a check looked at, while that check is pointed at. */
  pointedAt: NodeId | undefined;
  /** What the step is about: kept in view when the whole picture cannot be. */
  looksAt: readonly NodeId[];
  machine: MachineInfo | undefined;
}

export function GraphPane(props: GraphPaneProps) {
  const { lab, workDir, view, onView, toolbar, pointedAt, looksAt, machine } = props;
  const graph = useLive((state) => state.graph);
  const known = useLive((state) => state.known);
  const [selected, setSelected] = useState<NodeId>();
  const [legend, setLegend] = useState(false);
  const { namespaces, cgroups, mounts, tidy } = useScenes(graph, lab, workDir);
  const matters = useWhatMatters({ namespaces, cgroups, mounts }, view, pointedAt, looksAt);
  usePaintMeasure(graph);
  useViewOf(pointedAt, graph, onView);

  const terminals = useLive((state) => state.terminals);
  const initial = useInitialNamespaces(graph);
  const picture = useMemo<PictureContext>(
    () => ({
      selected,
      pointedAt,
      marks: graph.marks,
      ghost: (id) => graph.ghosts.has(id),
      terminals: new Map(terminals.map(({ pid, name }) => [pid, name])),
      initial,
      onSelect: setSelected,
    }),
    [selected, pointedAt, graph.marks, graph.ghosts, terminals, initial],
  );
  const scene = { namespaces, cgroups, mounts }[view];
  const isEmpty = {
    namespaces: isEmptyScene(namespaces),
    cgroups: cgroups.groups.length === 0,
    mounts: mounts.trees.length === 0,
  }[view];
  const node = selected === undefined ? undefined : graph.nodes.get(selected);
  const hostname = initial.find((namespace) => namespace.type === "uts")?.hostname ?? "";

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the details, wherever the focus is in the picture
    <div className={css.pane} onKeyDown={(event) => event.key === "Escape" && setSelected(undefined)}>
      {toolbar &&
        createPortal(
          <button
            type="button"
            className="icon-button"
            aria-pressed={legend}
            onClick={() => setLegend(!legend)}
            title="What the shapes mean"
          >
            <BookOpen size={15} aria-hidden />
            <span className={css.buttonText}>Legend</span>
          </button>,
          toolbar,
        )}
      <Picture.Provider value={picture}>
        <div className={css.stage}>
          <ZoomSurface
            key={view}
            label={`Picture of what you made: ${VIEW_WORDS[view].title}`}
            toolbar={toolbar}
            width={scene.width}
            height={scene.height}
            matters={matters}
            onBackground={() => setSelected(undefined)}
            tools={
              <button
                type="button"
                className="icon-button"
                aria-label="Tidy up: close the gaps that things left behind"
                title="Tidy up"
                onClick={tidy}
              >
                <Sparkles size={14} aria-hidden />
              </button>
            }
          >
            {view === "namespaces" && !isEmpty && <NamespaceView scene={namespaces} machine={hostname} />}
            {view === "cgroups" && <CgroupView scene={cgroups} />}
            {view === "mounts" && <MountView scene={mounts} />}
          </ZoomSurface>
          {isEmpty && (
            <p className={css.empty}>
              {known ? VIEW_WORDS[view].empty : "Waiting for the agent's first look at the machine"}
            </p>
          )}
          {legend && <Legend onClose={() => setLegend(false)} />}
          {node && (
            <aside className={css.details} aria-label="Details">
              <NodeDetails
                node={node}
                nodes={graph.nodes}
                machine={machine}
                onSelect={setSelected}
                onClose={() => setSelected(undefined)}
              />
            </aside>
          )}
        </div>
      </Picture.Provider>
      <div className={css.strip}>
        <Happenings history={graph.history} lab={lab} />
        <RestOfMachine nodes={graph.nodes} lab={lab} />
      </div>
    </div>
  );
}

/** Tells the paint clock when a picture with the newest changes is in the document. */
function usePaintMeasure(graph: GraphState): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured once for each new graph
  useLayoutEffect(() => paintClock.committed(), [graph]);
}

/** When the lesson points at something the current view does not show, go to the view that does. */
function useViewOf(pointedAt: NodeId | undefined, graph: GraphState, onView: (view: PictureView) => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only pointing changes the view, not every new graph
  useEffect(() => {
    const kind = graph.nodes.get(pointedAt ?? "")?.kind;
    if (kind === "process" || kind === "namespace" || kind === "container") onView("namespaces");
    else if (kind === "cgroup") onView("cgroups");
    else if (kind === "mount") onView("mounts");
  }, [pointedAt]);
}

/** The machine's own namespaces; the same list while only their member counts change. */
function useInitialNamespaces(graph: GraphState): readonly NamespaceNode[] {
  const before = useRef<readonly NamespaceNode[]>([]);
  return useMemo(() => {
    const now = initialNamespaces(graph.nodes);
    const same =
      now.length === before.current.length &&
      now.every((node, index) => {
        const other = before.current[index];
        return other !== undefined && other.id === node.id && other.hostname === node.hostname;
      });
    if (!same) before.current = now;
    return before.current;
  }, [graph.nodes]);
}
