/** A copy of a mount of the host's that stands nowhere yet, so that it can be changed before anybody can reach it. */
import { type Op, openTree } from "../../1-kernel/mod.ts";

/** `from` is the mount's field; `tree` is the result that holds the copy, with what is mounted below if `recursive`. */
export function copyMount(
  { source, recursive, tree }: { source: string; recursive: boolean; tree: string },
  from: string,
  reason = "not attached anywhere yet",
): Op {
  return openTree(
    {
      directory: "AT_FDCWD",
      path: source,
      flags: recursive ? ["OPEN_TREE_CLONE", "AT_RECURSIVE"] : ["OPEN_TREE_CLONE"],
    },
    { why: `Copy the mount of the host's "${source}", ${reason}`, from: `${from}/source`, result: tree },
  );
}
