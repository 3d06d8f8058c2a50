/**
 * What namespaces tell only when asked: owner, parent, host name, id maps. Owner and parent never change in a
 * namespace's life and are asked once; host names again when the kernel says that some host name changed; id maps until
 * they have been written, which happens once.
 */
import { describeNamespace, hostnameOf, type Kwatch, parseIdMap, readProcFile } from "@glassbox/runtime/kernel";
import type { NamespaceFacts } from "../facts.ts";
import { namespaceId } from "../node-ids.ts";

/** A namespace that something refers to, with the paths by which the kernel lets it be opened. */
export interface NamespaceReference {
  type: NamespaceFacts["type"];
  inode: number;
  /** Best first; any of them may be gone by the time it is opened. */
  paths: readonly string[];
  /** A member, for its id maps; absent when only a mount or descriptor holds it. */
  memberPid?: number;
}

/**
 * Facts of these namespaces and of those they are owned by or nested in.
 * @param known facts from before, by id; a namespace in it is not asked for owner and parent again
 * @param askHostnames read host names of all but the initial UTS namespace again
 */
export async function readNamespaces(
  kwatch: Kwatch | undefined,
  references: Iterable<NamespaceReference>,
  known: ReadonlyMap<string, NamespaceFacts>,
  askHostnames: boolean,
): Promise<Map<string, NamespaceFacts>> {
  const facts = new Map<string, NamespaceFacts>();
  await Promise.all(
    [...references].map(async (reference) => {
      const id = namespaceId(reference.type, reference.inode);
      const before = known.get(id);
      const described = before?.told ? before : { ...before, ...(await describe(kwatch, reference, facts)) };
      const after: NamespaceFacts = { ...described };
      if (reference.type === "uts" && (askHostnames || before?.hostname === undefined)) {
        const hostname = await readHostname(kwatch, reference);
        if (hostname !== undefined) after.hostname = hostname;
        // Keeping the old one would be keeping it for good: no event tells again that it changed.
        else delete after.hostname;
      }
      if (reference.type === "user" && reference.memberPid !== undefined && !before?.uidMap?.length)
        Object.assign(after, readIdMaps(reference.memberPid));
      facts.set(id, after);
    }),
  );
  addAncestors(facts, known);
  return facts;
}

/**
 * Ask the kernel. The answer also names owners and ancestors, which may have no member to be asked through. Without
 * `told` when no path leads to the namespace any more, or yet: it is then asked again at the next reading.
 */
async function describe(
  kwatch: Kwatch | undefined,
  { type, inode, paths }: NamespaceReference,
  found: Map<string, NamespaceFacts>,
): Promise<NamespaceFacts> {
  if (!kwatch) return { type, inode };
  for (const path of paths) {
    const [first, ...others] = await describeNamespace(kwatch, path).catch(() => []);
    // Between our reading of the link and the question, the process may have ended or moved on.
    if (first?.inode !== inode) continue;
    for (const other of others) {
      const id = namespaceId(other.type, other.inode);
      if (!found.has(id)) found.set(id, relatives(other));
    }
    return relatives(first);
  }
  return { type, inode };
}

async function readHostname(kwatch: Kwatch | undefined, { paths }: NamespaceReference): Promise<string | undefined> {
  if (!kwatch) return undefined;
  for (const path of paths) {
    const hostname = await hostnameOf(kwatch, path).catch(() => undefined);
    if (hostname !== undefined) return hostname;
  }
  return undefined;
}

function relatives({ type, inode, owner, parent }: NamespaceFacts): NamespaceFacts {
  return { type, inode, told: true, ...(owner !== undefined && { owner }), ...(parent !== undefined && { parent }) };
}

/** Keep what known namespaces are owned by and nested in, for as long as these are there. */
function addAncestors(facts: Map<string, NamespaceFacts>, known: ReadonlyMap<string, NamespaceFacts>): void {
  const pending = [...facts.values()];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const relativesOf: Array<[type: NamespaceFacts["type"], inode: number | undefined]> = [
      ["user", next.owner],
      [next.type, next.parent],
    ];
    for (const [type, inode] of relativesOf) {
      if (inode === undefined) continue;
      const id = namespaceId(type, inode);
      const ancestor = known.get(id);
      if (facts.has(id) || !ancestor) continue;
      facts.set(id, ancestor);
      pending.push(ancestor);
    }
  }
}

function readIdMaps(pid: number): Pick<NamespaceFacts, "uidMap" | "gidMap"> {
  const uidText = readProcFile(`/proc/${pid}/uid_map`);
  const gidText = readProcFile(`/proc/${pid}/gid_map`);
  return {
    ...(uidText !== undefined && { uidMap: parseIdMap(uidText) }),
    ...(gidText !== undefined && { gidMap: parseIdMap(gidText) }),
  };
}
