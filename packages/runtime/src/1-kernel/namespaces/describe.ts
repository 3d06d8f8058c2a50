/**
 * What a namespace says of itself when asked by ioctl (man 2 ioctl_ns): its owning user namespace, what it is nested
 * in, and for user namespaces who made it. Node cannot ioctl, so kwatch asks; here its answers become facts.
 */
import type { Kwatch } from "../kwatch/kwatch.ts";
import { NAMESPACE_TYPES, type NamespaceKind } from "../procfs/namespace-links.ts";

export interface NamespaceDescription {
  type: NamespaceKind;
  inode: number;
  /** Inode of the owning user namespace (NS_GET_USERNS); absent when it lies above our own. For a user namespace: its parent. */
  owner?: number;
  /** Inode of the enclosing namespace (NS_GET_PARENT); only pid and user namespaces nest. */
  parent?: number;
  /** Uid that made it (NS_GET_OWNER_UID), as we see it; user namespaces only. */
  ownerUid?: number;
}

/**
 * The namespace at `path` first, then all it is owned by and nested in, up to our own.
 * Empty when `path` names no namespace (any more).
 * @param path a file of `/proc/PID/ns`, `/proc/PID/fd/N`, or a bind mount of one
 */
export async function describeNamespace(kwatch: Kwatch, path: string): Promise<NamespaceDescription[]> {
  const lines = await kwatch.ask(`ns ${path}`);
  return lines.map(parseDescription).filter((found) => found !== undefined);
}

/** The host name of the UTS namespace at `path`; undefined when it is gone. */
export async function hostnameOf(kwatch: Kwatch, path: string): Promise<string | undefined> {
  const [line] = await kwatch.ask(`uts ${path}`);
  return line?.slice("uts ".length);
}

/** The mount table of the mount namespace at `path`, as its own root sees it, for `parseMountinfo`. */
export async function mountTableOf(kwatch: Kwatch, path: string): Promise<string> {
  const lines = await kwatch.ask(`mountinfo ${path}`);
  return lines.map((line) => line.slice("mountinfo ".length)).join("\n");
}

/** Reads `ns TYPE INODE OWNER PARENT UID`, `-` standing for what the kernel would not tell. */
export function parseDescription(line: string): NamespaceDescription | undefined {
  const [word, type, inode, owner = "-", parent = "-", uid = "-"] = line.split(" ");
  const known = NAMESPACE_TYPES.find((name) => name === type);
  if (word !== "ns" || !known) return undefined;
  return {
    type: known,
    inode: Number(inode),
    ...(owner !== "-" && { owner: Number(owner) }),
    ...(parent !== "-" && { parent: Number(parent) }),
    ...(uid !== "-" && { ownerUid: Number(uid) }),
  };
}
