/**
 * What may be asked of a container in which state: the one table of it, which the verbs go by and
 * docs/life-of-a-container.md shows (runtime-spec runtime.md, "Operations"; what it leaves open is as in runc).
 */
import type { ContainerStatus } from "./container-state.ts";

export interface Operation {
  in: readonly ContainerStatus[];
  /** A flag of the verb, and the further states in which it may be asked for with it. */
  flag?: { name: string; in: readonly ContainerStatus[] };
}

/** In the order of a container's life. */
export const STATUSES: readonly ContainerStatus[] = ["creating", "created", "running", "paused", "stopped"];

const NOT_ENDED: readonly ContainerStatus[] = ["creating", "created", "running", "paused"];

export const OPERATIONS = {
  start: { in: ["created"] },
  exec: { in: ["created", "running"], flag: { name: "ignore-paused", in: ["paused"] } },
  pause: { in: ["created", "running"] },
  resume: { in: ["paused"] },
  update: { in: NOT_ENDED },
  checkpoint: { in: ["running", "paused"] },
  kill: { in: NOT_ENDED, flag: { name: "all", in: ["stopped"] } },
  delete: { in: ["created", "stopped"], flag: { name: "force", in: ["creating", "running", "paused"] } },
} satisfies Record<string, Operation>;

/** `flagGiven`: whether the verb was called with the flag that the table has for it. */
export function isAllowed(verb: keyof typeof OPERATIONS, status: ContainerStatus, flagGiven = false): boolean {
  const { in: states, flag }: Operation = OPERATIONS[verb];
  return states.includes(status) || (flagGiven && (flag?.in.includes(status) ?? false));
}
