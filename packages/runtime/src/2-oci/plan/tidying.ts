/**
 * The end of a container in the foreground as part of its plan, so that nobody has to stand by with an engine for as long
 * as it runs. What cannot be taken away by a list of calls fails here, and then the state directory is still there: the
 * launcher sees it and has everything taken away with the patience and the loops of `delete --force`.
 */
import { type Op, outlive, result, tell, unlinkat } from "../../1-kernel/mod.ts";
import { planAwaitLastWord } from "./last-word.ts";
import type { Planning } from "./planning.ts";

/** Before waiting. */
export function planHandOver(planning: Planning): Op[] {
  if (planning.tidies === undefined) return [];
  return [...planAwaitLastWord(), tell({ why: "Say that the rest can be done without whoever made the plan" })];
}

/** After waiting. */
export function planTidying({ tidies, facts }: Planning): Op[] {
  if (tidies === undefined) return [];
  const groups = facts.cgroups.map(({ place }) =>
    unlinkat(
      { directory: "AT_FDCWD", path: place.directory, flags: ["AT_REMOVEDIR"] },
      { why: "Take its cgroup away; nobody is in it any more", from: "/linux/cgroupsPath", allow: ["ENOENT"] },
    ),
  );
  const files = ["state.json", "config.json"].map((name) =>
    unlinkat(
      { directory: "AT_FDCWD", path: `${tidies}/${name}`, flags: [] },
      { why: "Forget the container", allow: ["ENOENT"] },
    ),
  );
  return [
    outlive({ status: result("status") }, { why: "Be the last to leave, and end as it ended" }),
    ...groups,
    ...files,
    unlinkat(
      { directory: "AT_FDCWD", path: tidies, flags: ["AT_REMOVEDIR"] },
      { why: "Give its id free, as the last thing", allow: ["ENOENT"] },
    ),
  ];
}
