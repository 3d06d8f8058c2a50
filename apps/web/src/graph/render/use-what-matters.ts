/** The part of a view that must be seen: what the lesson points at, else what the step's checks look at. */
import type { NodeId } from "@glassbox/protocol";
import { useMemo, useRef } from "react";
import type { CgroupScene } from "../layout/cgroup-layout.ts";
import type { MountScene } from "../layout/mount-layout.ts";
import type { NamespaceScene, Placed } from "../layout/namespace-layout.ts";
import { boxAround, placesOfCgroups, placesOfMounts, placesOfNamespaces } from "../layout/places.ts";

export interface Scenes {
  namespaces: NamespaceScene;
  cgroups: CgroupScene;
  mounts: MountScene;
}

/** The same object while it is at the same place, so that the view rests while other things come and go. */
export function useWhatMatters(
  { namespaces, cgroups, mounts }: Scenes,
  view: keyof Scenes,
  pointedAt: NodeId | undefined,
  looksAt: readonly NodeId[],
): Placed | undefined {
  const before = useRef<Placed>(undefined);
  const places = useMemo(() => {
    if (view === "namespaces") return placesOfNamespaces(namespaces);
    return view === "cgroups" ? placesOfCgroups(cgroups) : placesOfMounts(mounts);
  }, [view, namespaces, cgroups, mounts]);
  const now = boxAround(pointedAt !== undefined && places.has(pointedAt) ? [pointedAt] : looksAt, places);
  if (!isSame(before.current, now)) before.current = now;
  return before.current;
}

function isSame(a: Placed | undefined, b: Placed | undefined): boolean {
  if (!a || !b) return a === b;
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}
