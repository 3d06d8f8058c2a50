/** The pids controller: how many processes and threads a group may hold, which is what stops a fork bomb. */
import { type Controller, type FileWrite, orMax } from "./limits.ts";

function writes(limit: number | undefined): FileWrite[] {
  if (limit === undefined || limit === 0) return [];
  const why = "Let no more processes and threads than this exist at once: fork answers EAGAIN above it";
  return [{ file: "pids.max", value: orMax(limit), why, from: "/pids/limit" }];
}

export const pids: Controller = {
  name: "pids",
  v1: ({ pids: limits }) => writes(limits?.limit),
  v2: ({ pids: limits }) => writes(limits?.limit),
};
