/**
 * tmpcopyup: a tmpfs that begins as a copy of the directory it covers, so that a program finds in /run or /var what the
 * image has there. The directory was opened before it was covered, and is read through that descriptor; links in it
 * are copied and never followed.
 */
import {
  close,
  fchmodat,
  fchown,
  fchownat,
  mkdirat,
  mknodat,
  type Op,
  openat2,
  result,
  sendfile,
  symlinkat,
} from "../../1-kernel/mod.ts";
import type { SpecIdMapping } from "../spec/config.ts";
import { namespaceOf, type Planning, type TreeEntry } from "./planning.ts";

export interface CopyUp {
  /** Of the directory that is covered. */
  covered: string;
  /** Of the file system that covers it. */
  fresh: string;
  /** The directory, in the container. */
  destination: string;
  /** Which mount it is: what is covered is what those before it leave. */
  mountIndex: number;
}

export function planCopyUp(planning: Planning, copy: CopyUp): Op[] {
  const entries = planning.facts.tree(copy.destination, copy.mountIndex);
  return entries.flatMap((entry) => {
    const owner = ownerInside(planning, entry);
    return [...planEntry(planning, copy, entry, owner), ...planLastBits(copy, entry, owner)];
  });
}

type Owner = { uid: number; gid: number } | undefined;

function planEntry(planning: Planning, copy: CopyUp, entry: TreeEntry, owner: Owner): Op[] {
  const { path, kind, mode } = entry;
  const from = `/mounts/${copy.mountIndex}/options`;
  const directory = result(copy.fresh);
  const about = { why: `Copy "${copy.destination}/${path}" up: the new file system would hide it`, from };
  if (kind === "file") return planFile(planning, copy, entry, owner);
  const make =
    kind === "directory"
      ? mkdirat({ directory, path, mode }, about)
      : kind === "fifo"
        ? mknodat({ directory, path, type: "S_IFIFO", mode }, about)
        : symlinkat({ target: entry.target ?? "", directory, path }, about);
  const own = { why: "Give it the same owner", from };
  return owner ? [make, fchownat({ directory, path, ...owner, flags: ["AT_SYMLINK_NOFOLLOW"] }, own)] : [make];
}

function planFile(planning: Planning, copy: CopyUp, entry: TreeEntry, owner: Owner): Op[] {
  const { path, mode, size } = entry;
  const from = `/mounts/${copy.mountIndex}/options`;
  const source = planning.name(`covered ${path}`);
  const target = planning.name(`copy ${path}`);
  return [
    openat2(
      {
        directory: result(copy.covered),
        path,
        // Without waiting: it may have become a FIFO meanwhile.
        flags: ["O_RDONLY", "O_NONBLOCK"],
        resolve: ["RESOLVE_BENEATH", "RESOLVE_NO_SYMLINKS"],
      },
      { why: `Open "${copy.destination}/${path}", which the new file system would hide`, from, result: source },
    ),
    openat2(
      {
        directory: result(copy.fresh),
        path,
        flags: ["O_WRONLY", "O_CREAT", "O_EXCL"],
        mode,
        resolve: ["RESOLVE_BENEATH", "RESOLVE_NO_SYMLINKS"],
      },
      { why: "Make its copy", from, result: target },
    ),
    ...(size === 0
      ? []
      : [
          sendfile(
            { to: result(target), from: result(source), count: size },
            { why: "Copy what is in it", from, expect: size },
          ),
        ]),
    ...(owner ? [fchown({ fd: result(target), ...owner }, { why: "Give it the same owner", from })] : []),
    close({ fd: result(target) }, { why: "Done with it", from }),
    close({ fd: result(source) }, { why: "Done with it", from }),
  ];
}

/** A change of owner clears set-user-id, and mkdir leaves such bits out to begin with. */
function planLastBits(copy: CopyUp, { path, kind, mode }: TreeEntry, owner: Owner): Op[] {
  const lost = kind === "directory" ? mode > 0o1777 : owner !== undefined && mode > 0o777;
  if (!lost || kind === "symlink") return [];
  const about = { why: "Give it the same mode", from: `/mounts/${copy.mountIndex}/options` };
  return [fchmodat({ directory: result(copy.fresh), path, mode }, about)];
}

/** Nothing to do for root's own files, nor for those of somebody the container does not know. */
function ownerInside(planning: Planning, { uid, gid }: TreeEntry): Owner {
  const { uidMappings, gidMappings } = planning.config.linux ?? {};
  const user = namespaceOf(planning, "user");
  const inside = user ? { uid: mapIn(uidMappings ?? [], uid), gid: mapIn(gidMappings ?? [], gid) } : { uid, gid };
  if (inside.uid === undefined || inside.gid === undefined) return undefined;
  return inside.uid === 0 && inside.gid === 0 ? undefined : { uid: inside.uid, gid: inside.gid };
}

function mapIn(mappings: readonly SpecIdMapping[], id: number): number | undefined {
  const line = mappings.find(({ hostID, size }) => id >= hostID && id < hostID + size);
  return line && line.containerID + (id - line.hostID);
}
