/** What all parts of a picture share: what is chosen, what the lesson points at, what just changed. */
import type { NamespaceNode, NodeId } from "@glassbox/protocol";
import { createContext, useContext } from "react";
import type { Mark } from "../model/graph.ts";

export interface PictureContext {
  selected: NodeId | undefined;
  /** The node a check looked at, while the check is pointed at. */
  pointedAt: NodeId | undefined;
  marks: ReadonlyMap<NodeId, Mark>;
  /** True for what went a moment ago and is fading. */
  ghost(id: NodeId): boolean;
  /** Names of terminals, by the pid of their shell. */
  terminals: ReadonlyMap<number, string>;
  /** The machine's own namespaces, for the head of the outermost pane. */
  initial: readonly NamespaceNode[];
  onSelect(id: NodeId | undefined): void;
}

export const Picture = createContext<PictureContext>({
  selected: undefined,
  pointedAt: undefined,
  marks: new Map(),
  ghost: () => false,
  terminals: new Map(),
  initial: [],
  onSelect: () => {},
});

export const usePicture = (): PictureContext => useContext(Picture);
