/**
 * Who may do what. A token makes a session of one role; every route and every socket names the right it needs, so this
 * table is the whole of the agent's authorisation. `api.ts` and `terminal-socket.ts` are where it is asked.
 */

/** `look`: see machine, labs, graph and terminals. `work`: type, open and reset labs, change files. */
export type Right = "look" | "work";

export const ROLES = ["viewer", "learner", "instructor"] as const;
export type Role = (typeof ROLES)[number];

/** On a single machine the instructor may do what the learner may; the classroom is what will tell them apart. */
const RIGHTS: Record<Role, readonly Right[]> = {
  viewer: ["look"],
  learner: ["look", "work"],
  instructor: ["look", "work"],
};

export function may(role: Role, right: Right): boolean {
  return RIGHTS[role].includes(right);
}
