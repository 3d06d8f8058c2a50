/**
 * The mount table of every mount namespace. A table is read through a member process, and shows only what that
 * process's root can reach: so the member with the widest view is asked, not one in a chroot.
 */
import { parseMountinfo, parseNamespaceLink, readProcFile } from "@glassbox/runtime/kernel";
import type { MountTable, ProcessFacts } from "../facts.ts";

/** By inode of the mount namespace: the process to read its table through. */
export function chooseWitnesses(processes: Iterable<ProcessFacts>): Map<number, number> {
  const best = new Map<number, ProcessFacts>();
  for (const process of processes) {
    const namespace = process.namespaces.mnt;
    if (namespace === undefined || process.state === "Z") continue;
    const chosen = best.get(namespace);
    if (!chosen || seesMore(process, chosen)) best.set(namespace, process);
  }
  return new Map([...best].map(([namespace, { pid }]) => [namespace, pid]));
}

/** The table as `pid` sees it now; `before` itself when nothing changed; undefined when the process is gone. */
export function readMountTable(namespace: number, pid: number | "self", before?: MountTable): MountTable | undefined {
  const text = readProcFile(`/proc/${pid}/mountinfo`);
  if (text === undefined || text === "") return undefined;
  return mountTable(namespace, text, before);
}

/** `before` itself when the text has not changed. */
export function mountTable(namespace: number, text: string, before?: MountTable): MountTable {
  return before?.text === text ? before : { namespace, text, mounts: parseMountinfo(text) };
}

/** Namespaces held by a bind mount of their file, with the path that holds them. */
export function namespacesInTable(table: MountTable): Array<{ type: string; inode: number; path: string }> {
  const found: Array<{ type: string; inode: number; path: string }> = [];
  for (const mount of table.mounts) {
    const name = mount.fsType === "nsfs" ? parseNamespaceLink(mount.root) : undefined;
    if (name) found.push({ ...name, path: mount.mountPoint });
  }
  return found;
}

function seesMore(candidate: ProcessFacts, chosen: ProcessFacts): boolean {
  const [whole, chosenWhole] = [candidate.root === "/", chosen.root === "/"];
  return whole === chosenWhole ? candidate.pid < chosen.pid : whole;
}
