/**
 * Whether this page may change anything. A viewer's key opens pages that show all and do nothing: what would be refused
 * is not offered. The agent refuses it all the same (`http/roles.ts`).
 */
"use client";
import { createContext, useContext } from "react";
import { api } from "./api.ts";
import { useRequest } from "./use-request.ts";

/** Said where a button is off. */
export const ONLY_LOOKING = "You opened this page with a viewer's address: it shows everything and changes nothing";

const MayWork = createContext(true);

/** Around everything that asks `useMayWork`. */
export const MayWorkProvider = MayWork.Provider;

/** True where nobody has said otherwise. */
export const useMayWork = (): boolean => useContext(MayWork);

/** What the agent says of this page's session; undefined until it has answered. */
export function useSessionMayWork(): boolean | undefined {
  const { value, error } = useRequest("session", api.session);
  return value?.mayWork ?? (error ? true : undefined);
}
