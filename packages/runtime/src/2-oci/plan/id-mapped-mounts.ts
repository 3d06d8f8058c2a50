/**
 * Bind mounts that show their files as other users' (`idmap`, `ridmap`, or a mount's own uidMappings and gidMappings; man 2
 * mount_setattr, "ID-mapped mounts"). Only root of the host may map a mount, and only while nobody can reach it: so the
 * runtime copies and maps it before the container is made, which then attaches it. The kernel takes a map in the form of
 * a user namespace: a process is made in a new one, its map written, the namespace opened, and the process let go.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import {
  clone3,
  close,
  formatIdMap,
  mountSetattr,
  type Op,
  openat,
  type Program,
  pipe2,
  read,
  result,
  template,
  wait4,
  write,
} from "../../1-kernel/mod.ts";
import type { Mount, SpecIdMapping } from "../spec/config.ts";
import { toIdMapping } from "../spec/config-relations.ts";
import { copyMount } from "./copied-mount.ts";
import { type MountOptions, parseMountOptions } from "./mount-options.ts";
import { bindSourceOf } from "./paths.ts";
import type { Planning } from "./planning.ts";

interface Maps {
  uidMappings: SpecIdMapping[];
  gidMappings: SpecIdMapping[];
}

/** Result that holds the mapped copy of the mount at this place in the list. */
export function mappedTree(index: number): string {
  return `id_mapped_${index}`;
}

export function isIdMapped(entry: Mount, options: MountOptions): boolean {
  return options.idMap !== undefined || Boolean(entry.uidMappings?.length || entry.gidMappings?.length);
}

/**
 * What the runtime does before the container is made, and the programs of the processes that stand for the maps.
 * @throws GlassboxError for maps that are missing, mounts that are no binds, and a runtime that is not root of the host
 */
export function planIdMappedMounts(planning: Planning): { ops: Op[]; programs: Program[] } {
  const ops: Op[] = [];
  const programs: Program[] = [];
  const namespaces = new Map<string, string>();
  for (const [index, entry] of (planning.config.mounts ?? []).entries()) {
    const options = parseMountOptions(entry.options ?? []);
    if (!isIdMapped(entry, options)) continue;
    const from = `/mounts/${index}`;
    const maps = mapsOf(planning, entry, options, from);
    const key = JSON.stringify(maps);
    let namespace = namespaces.get(key);
    if (namespace === undefined) {
      const made = planNamespace(maps, namespaces.size + 1, from);
      namespace = made.namespace;
      namespaces.set(key, namespace);
      ops.push(...made.ops);
      programs.push(made.program);
    }
    ops.push(...planMapped(planning, { entry, options, index, from, namespace }));
  }
  return { ops, programs };
}

function mapsOf({ config, facts }: Planning, entry: Mount, options: MountOptions, from: string): Maps {
  const refuse = (category: "invalid argument" | "not supported", why: string): never => {
    throw new GlassboxError(category, `Cannot map the ids of "${entry.destination}" (${from}): ${why}`);
  };
  if (!options.bind && entry.type !== "bind") refuse("invalid argument", "only a bind mount can be id-mapped");
  if (facts.standing.uid !== 0 || facts.standing.inUserNamespace)
    refuse("not supported", "only root outside of any user namespace may");
  const own = entry.uidMappings?.length || entry.gidMappings?.length ? entry : config.linux;
  const { uidMappings = [], gidMappings = [] } = own ?? {};
  if (uidMappings.length === 0 || gidMappings.length === 0)
    refuse("invalid argument", "neither the mount nor /linux has both uidMappings and gidMappings");
  return { uidMappings, gidMappings };
}

function planNamespace(maps: Maps, number: number, from: string) {
  const named = (what: string) => `${what}_${number}`;
  const [reader, writer, holder, namespace] = ["hold_reader", "hold_writer", "holder", "ids"].map(named) as [
    string,
    string,
    string,
    string,
  ];
  const writeMap = (file: "uid_map" | "gid_map", mappings: SpecIdMapping[], field: keyof Maps): Op[] => [
    openat(
      { directory: "AT_FDCWD", path: template(`/proc/{${holder}}/${file}`), flags: ["O_WRONLY"] },
      { why: "Open that namespace's map", from: `${from}/${field}`, result: named(file) },
    ),
    write(
      { fd: result(named(file)), data: formatIdMap(mappings.map(toIdMapping)) },
      { why: "Say which ids of the files are shown as which", from: `${from}/${field}` },
    ),
    close({ fd: result(named(file)) }, { why: "Done with it", from: `${from}/${field}` }),
  ];
  const ops: Op[] = [
    pipe2({ from: reader, into: writer }, { why: "A pipe to hold a process until its namespace is open", from }),
    clone3(
      { program: named("map"), flags: ["CLONE_NEWUSER"] },
      { why: "Make a user namespace that does nothing but stand for a map of ids", from, result: holder },
    ),
    close({ fd: result(reader) }, { why: "Only that process reads here", from }),
    ...writeMap("uid_map", maps.uidMappings, "uidMappings"),
    ...writeMap("gid_map", maps.gidMappings, "gidMappings"),
    openat(
      { directory: "AT_FDCWD", path: template(`/proc/{${holder}}/ns/user`), flags: ["O_RDONLY"] },
      { why: "Hold the namespace", from, result: namespace },
    ),
    write({ fd: result(writer), data: "." }, { why: "Let the process go", from }),
    wait4({ pid: result(holder), status: named("held"), flags: [] }, { why: "Leave no zombie", from }),
    close({ fd: result(writer) }, { why: "Done with it", from }),
  ];
  const program: Program = {
    name: named("map"),
    ops: [
      close({ fd: result(writer) }, { why: "Only the runtime writes here", from }),
      read({ fd: result(reader), into: named("let_go") }, { why: "Wait until the namespace is held", from }),
    ],
  };
  return { ops, program, namespace };
}

function planMapped(
  planning: Planning,
  mapped: { entry: Mount; options: MountOptions; index: number; from: string; namespace: string },
): Op[] {
  const { entry, options, index, from, namespace } = mapped;
  const source = bindSourceOf(planning, entry);
  const tree = mappedTree(index);
  return [
    copyMount({ source, recursive: options.bind !== "bind", tree }, from),
    mountSetattr(
      {
        directory: result(tree),
        path: "",
        flags: options.idMap === "ridmap" ? ["AT_EMPTY_PATH", "AT_RECURSIVE"] : ["AT_EMPTY_PATH"],
        set: ["MOUNT_ATTR_IDMAP"],
        userNamespace: result(namespace),
      },
      { why: "Show its files as those users' that the map says", from: `${from}/uidMappings` },
    ),
  ];
}
