/** What all parts of a picture share: what is chosen, what the lesson points at, what just changed. */
import type { NodeId } from "@glassbox/protocol";
import { createContext, useContext } from "react";
import type { Mark } from "../model/graph.ts";

export interface PictureContext {
  selected: NodeId | undefined;
  /** The node a check looked at, while the check is pointed at. */
  pointedAt: NodeId | undefined;
  marks: ReadonlyMap<NodeId, Mark>;
  /** True for what went a moment ago and is fading. */
  ghost(id: NodeId): boolean;
  onSelect(id: NodeId | undefined): void;
}

export const Picture = createContext<PictureContext>({
  selected: undefined,
  pointedAt: undefined,
  marks: new Map(),
  ghost: () => false,
  onSelect: () => {},
});

export const usePicture = (): PictureContext => useContext(Picture);
