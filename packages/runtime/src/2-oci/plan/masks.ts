/**
 * Masked and read-only paths: parts of /proc and /sys that no namespace makes private. Masking puts /dev/null or an empty
 * directory on top; the host's own /dev/null is used, since one inside could be anything (CVE-2025-31133).
 */
import { mount, mountSetattr, moveMount, type Op, openTree, result } from "../../1-kernel/mod.ts";
import { fdPath, openInRoot, relative } from "./paths.ts";
import type { Planning } from "./planning.ts";

export function planMasks(planning: Planning): Op[] {
  const { maskedPaths = [], readonlyPaths = [] } = planning.config.linux ?? {};
  return [
    ...readonlyPaths.flatMap((path, index) => planReadOnly(planning, path, `/linux/readonlyPaths/${index}`)),
    ...maskedPaths.flatMap((path, index) => planMask(planning, path, `/linux/maskedPaths/${index}`)),
  ];
}

function planMask(planning: Planning, path: string, from: string): Op[] {
  const { kind } = planning.facts.look(`/${relative(path)}`);
  if (kind === "missing") return [];
  const opened = openInRoot(planning, path, ["O_PATH"], { why: `Open "${path}" to cover it`, from });
  const target = fdPath(opened.fd);
  const file = (allow: "ENOTDIR"[]) =>
    mount(
      { source: "/dev/null", target, flags: ["MS_BIND"] },
      { why: `Cover "${path}" with /dev/null: it shows the host, not the container`, from, allow },
    );
  const directory = (allow: "ENOTDIR"[]) =>
    mount(
      { source: "tmpfs", target, type: "tmpfs", flags: ["MS_RDONLY"], data: "nr_inodes=1" },
      { why: `Cover "${path}" with an empty directory: it shows the host, not the container`, from, allow },
    );
  if (kind === "file") return [...opened.ops, file([])];
  if (kind === "directory") return [...opened.ops, directory([])];
  // Not to be seen from here what it is: the one that does not fit answers ENOTDIR.
  return [
    ...opened.ops.map((op) => ({ ...op, allow: ["ENOENT" as const] })),
    ...[file(["ENOTDIR"]), directory(["ENOTDIR"])].map((op) => ({
      ...op,
      allow: ["ENOTDIR" as const, "ENOENT" as const],
    })),
  ];
}

function planReadOnly(planning: Planning, path: string, from: string): Op[] {
  const { kind } = planning.facts.look(`/${relative(path)}`);
  if (kind === "missing") return [];
  const opened = openInRoot(planning, path, ["O_PATH"], { why: `Open "${path}" to make it read-only`, from });
  const copy = planning.name(`read_only ${relative(path)}`);
  const ops = [
    ...opened.ops,
    openTree(
      { directory: result(opened.fd), path: "", flags: ["OPEN_TREE_CLONE", "AT_RECURSIVE", "AT_EMPTY_PATH"] },
      { why: `Copy the mount at "${path}"`, from, result: copy },
    ),
    mountSetattr(
      { directory: result(copy), path: "", flags: ["AT_EMPTY_PATH", "AT_RECURSIVE"], set: ["MOUNT_ATTR_RDONLY"] },
      { why: "Make the copy read-only: a mount can be, without its file system being so", from },
    ),
    moveMount(
      {
        fromDirectory: result(copy),
        fromPath: "",
        toDirectory: result(opened.fd),
        toPath: "",
        flags: ["MOVE_MOUNT_F_EMPTY_PATH", "MOVE_MOUNT_T_EMPTY_PATH"],
      },
      { why: `Put the copy over "${path}": its settings are the whole machine's`, from },
    ),
  ];
  // ENOENT where it cannot be seen from here whether it exists: then the calls that build on it have a bad descriptor.
  return kind === "unknown" ? ops.map((op) => ({ ...op, allow: ["ENOENT" as const, "EBADF" as const] })) : ops;
}
