/** React's window on the live store: a component names what it reads and is drawn again only when that changes. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { type LiveState, LiveStore } from "./live-store.ts";

/** One store a page: there is one agent, and one stream of changes. Connects when first used. */
let store: LiveStore | undefined;

export function liveStore(): LiveStore {
  store ??= new LiveStore();
  return store;
}

const NOTHING_YET: LiveState = new LiveStore().getState();

/** The selected part of the live state. `select` must return the same object while nothing it reads has changed. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const latest = useRef(select);
  latest.current = select;
  useEffect(() => liveStore().start(), []);
  return useSyncExternalStore(
    liveStore().subscribe,
    () => latest.current(liveStore().getState()),
    () => latest.current(NOTHING_YET),
  );
}
