/**
 * Namespaces: new ones are asked for when the container's first process is made; existing ones are joined through the
 * file that stands for them, by the runtime before it makes that process, which is then born inside.
 */
import {
  CLONE,
  type ConstantsOf,
  close,
  formatIdMap,
  mknodat,
  type NamespaceFlag,
  type Op,
  openat,
  read,
  result,
  setDumpable,
  setgroups,
  setns,
  setresgid,
  setresuid,
  tell,
  template,
  unshare,
  write,
} from "../../1-kernel/mod.ts";
import type { NamespaceKind, SpecIdMapping } from "../spec/config.ts";
import { toIdMapping } from "../spec/config-relations.ts";
import { namespaceOf, type Planning } from "./planning.ts";

const NAMESPACE_FLAG: Record<NamespaceKind, NamespaceFlag> = {
  pid: "CLONE_NEWPID",
  network: "CLONE_NEWNET",
  mount: "CLONE_NEWNS",
  ipc: "CLONE_NEWIPC",
  uts: "CLONE_NEWUTS",
  user: "CLONE_NEWUSER",
  cgroup: "CLONE_NEWCGROUP",
  time: "CLONE_NEWTIME",
};

/**
 * The user namespace last: before it, the host's root may join whatever any user namespace owns. The mount namespace is
 * left to the child, because the runtime still needs the host's paths; and the cgroup namespace, because where the tree is
 * mounted with `nsdelegate`, as systemd mounts it, nobody in one may put a process into a group outside of it. In a user
 * namespace, the child may not join what the host owns.
 */
function joinedByRuntime(planning: Planning): readonly NamespaceKind[] {
  const cgroup = namespaceOf(planning, "user") ? (["cgroup"] as const) : [];
  return ["ipc", "uts", "network", ...cgroup, "pid", "time", "user"];
}

/** Flags for the `clone3` that makes the container's first process. A cgroup namespace must wait until it is in its cgroup. */
export function newNamespaceFlags(planning: Planning): ConstantsOf<"CLONE_NEW">[] {
  const wanted = (Object.keys(NAMESPACE_FLAG) as NamespaceKind[]).filter((kind) => {
    const namespace = namespaceOf(planning, kind);
    return namespace && !namespace.path && kind !== "cgroup" && kind !== "time";
  });
  return wanted.map((kind) => NAMESPACE_FLAG[kind]).sort((a, b) => CLONE[a] - CLONE[b]);
}

/** Before the child is made. */
export function planJoinsBeforeClone(planning: Planning): Op[] {
  const joins = joinedByRuntime(planning).flatMap((kind) => planJoin(planning, kind));
  const processes = namespaceOf(planning, "pid");
  // Once in their user namespace, processes that are in there may have every capability over this one too.
  const exposed = processes?.path !== undefined && namespaceOf(planning, "user")?.path !== undefined;
  return [...planNewTime(planning), ...(exposed ? [hide(processes.from)] : []), ...joins];
}

/** In the child, once it is in its cgroup: the namespaces that the runtime does not join. */
export function planJoinsAfterClone(planning: Planning): Op[] {
  const processes = namespaceOf(planning, "pid");
  const exposed = processes?.path !== undefined && namespaceOf(planning, "user") === undefined;
  // The mount namespace last: the others' paths are the host's.
  const kinds: NamespaceKind[] = joinedByRuntime(planning).includes("cgroup") ? ["mount"] : ["cgroup", "mount"];
  return [...(exposed ? [hide(processes.from)] : []), ...kinds.flatMap((kind) => planJoin(planning, kind))];
}

function hide(from: string): Op {
  return setDumpable(
    { dumpable: false },
    { why: "Keep processes that are already in there from tracing this one", from },
  );
}

/** In the child, once it is in its cgroup: the group it is in becomes the root of what it can see. */
export function planNewCgroupNamespace(planning: Planning): Op[] {
  const namespace = namespaceOf(planning, "cgroup");
  if (!namespace || namespace.path) return [];
  return [
    unshare(
      { flags: ["CLONE_NEWCGROUP"] },
      { why: "See its own cgroup as the root of the tree", from: namespace.from },
    ),
  ];
}

function planJoin(planning: Planning, kind: NamespaceKind): Op[] {
  const namespace = namespaceOf(planning, kind);
  if (!namespace?.path) return [];
  const { path, from } = namespace;
  const fd = planning.name(`${kind} namespace`);
  return [
    openat(
      { directory: "AT_FDCWD", path, flags: ["O_RDONLY"] },
      { why: `Open the ${kind} namespace that "${path}" stands for`, from: `${from}/path`, result: fd },
    ),
    setns(
      { fd: result(fd), type: [NAMESPACE_FLAG[kind]] },
      { why: `Join it, where a new ${kind} namespace would be made`, from },
    ),
    close({ fd: result(fd) }, { why: "Done with it", from }),
  ];
}

/** Clock offsets can be written only while nobody is inside yet, so this one is made before the child. */
function planNewTime(planning: Planning): Op[] {
  const namespace = namespaceOf(planning, "time");
  if (!namespace || namespace.path) return [];
  const offsets = Object.entries(planning.config.linux?.timeOffsets ?? {});
  const from = "/linux/timeOffsets";
  const text = offsets.map(([clock, { secs = 0, nanosecs = 0 }]) => `${clock} ${secs} ${nanosecs}\n`).join("");
  return [
    unshare({ flags: ["CLONE_NEWTIME"] }, { why: "Give children clocks of their own", from: namespace.from }),
    ...(offsets.length === 0
      ? []
      : [
          openat(
            { directory: "AT_FDCWD", path: "/proc/self/timens_offsets", flags: ["O_WRONLY"] },
            { why: "Open how far these clocks are off", from, result: "clock_offsets" },
          ),
          write(
            { fd: result("clock_offsets"), data: text },
            { why: "Set the container's clocks apart from the host's", from },
          ),
          close({ fd: result("clock_offsets") }, { why: "Done with it", from }),
        ]),
  ];
}

/** In the runtime, after the child is made: only the parent namespace may say which ids stand behind the child's. */
export function planIdMaps(planning: Planning): Op[] {
  const user = namespaceOf(planning, "user");
  if (!user || user.path) return [];
  if (planning.mapsFifo) return planMapPrograms(planning.mapsFifo);
  const { uidMappings = [], gidMappings = [] } = planning.config.linux ?? {};
  const deny = mapsOnlySelf(planning) ? planDenyGroups() : [];
  const maps = [
    { file: "uid_map", mappings: uidMappings, field: "uidMappings", what: "users" },
    { file: "gid_map", mappings: gidMappings, field: "gidMappings", what: "groups" },
  ].flatMap(({ file, mappings, field, what }) => {
    const from = `/linux/${field}`;
    return [
      openat(
        { directory: "AT_FDCWD", path: template(`/proc/{init}/${file}`), flags: ["O_WRONLY"] },
        { why: `Open the map of the container's ${what}`, from, result: file },
      ),
      write(
        { fd: result(file), data: formatIdMap(mappings.map(toIdMapping)) },
        { why: `Say which of the host's ${what} stand behind the container's`, from },
      ),
      close({ fd: result(file) }, { why: "Done with it: it can be written only once", from }),
    ];
  });
  return [...deny, ...maps];
}

/** Without root, more ids than one's own are handed out by set-user-id programs, which the caller starts meanwhile. */
export function needsMapPrograms(planning: Pick<Planning, "config" | "facts">): boolean {
  const user = namespaceOf(planning, "user");
  return user !== undefined && !user.path && planning.facts.standing.uid !== 0 && !mapsOnlySelf(planning);
}

/** May a process of the container choose its groups? Not where its maps are those of a plain user without /etc/subgid. */
export function mayChooseGroups(planning: Pick<Planning, "config" | "facts">): boolean {
  return planning.facts.standing.mayChooseGroups && !mapsOnlySelf(planning);
}

function mapsOnlySelf({ config, facts }: Pick<Planning, "config" | "facts">): boolean {
  const user = namespaceOf({ config }, "user");
  if (!user || user.path || facts.standing.uid === 0) return false;
  const { uidMappings = [], gidMappings = [] } = config.linux ?? {};
  const isJust = (mappings: readonly SpecIdMapping[], id: number) =>
    mappings.length === 1 && mappings[0]?.hostID === id && mappings[0].size === 1;
  return isJust(uidMappings, facts.standing.uid) && isJust(gidMappings, facts.standing.gid);
}

/** Else one could leave a group that is there to forbid something (man 7 user_namespaces, CVE-2014-8989). */
function planDenyGroups(): Op[] {
  const from = "/linux/gidMappings";
  return [
    openat(
      { directory: "AT_FDCWD", path: template("/proc/{init}/setgroups"), flags: ["O_WRONLY"] },
      { why: "Open whether the container may choose its groups", from, result: "setgroups" },
    ),
    write(
      { fd: result("setgroups"), data: "deny" },
      { why: "Give that up: only then may a plain user map their own group", from },
    ),
    close({ fd: result("setgroups") }, { why: "Done with it", from }),
  ];
}

function planMapPrograms(fifo: string): Op[] {
  const from = "/linux/uidMappings";
  return [
    mknodat(
      { directory: "AT_FDCWD", path: fifo, type: "S_IFIFO", mode: 0o600 },
      { why: "Make a FIFO, through which the runtime will say that ids are mapped", from },
    ),
    openat({ directory: "AT_FDCWD", path: fifo, flags: ["O_RDWR"] }, { why: "Open it", from, result: "maps_fifo" }),
    tell({ why: "Say which process it is, for newuidmap and newgidmap to map its ids", from }),
    read({ fd: result("maps_fifo"), into: "mapped" }, { why: "Wait until they have", from }),
    close({ fd: result("maps_fifo") }, { why: "Done with it", from }),
  ];
}

/** In the child, once its map is written: until then it is nobody. */
export function planBecomeNamespaceRoot(planning: Planning): Op[] {
  const user = namespaceOf(planning, "user");
  if (!user) return [];
  const { from } = user;
  return [
    setresgid({ real: 0, effective: 0, saved: 0 }, { why: "Become group 0 of the user namespace", from }),
    ...(mayChooseGroups(planning)
      ? [setgroups({ groups: [] }, { why: "Leave groups that have no number in here", from, allow: ["EPERM"] })]
      : []),
    setresuid(
      { real: 0, effective: 0, saved: 0 },
      { why: "Become root of the user namespace, so that what is set up belongs to it", from },
    ),
  ];
}
