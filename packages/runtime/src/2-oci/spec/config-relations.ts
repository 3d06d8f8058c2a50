/**
 * What the fields of a `config.json` must be to each other: a value that would change the host needs the namespace that
 * keeps it inside, maps of ids must be maps the kernel takes, and what a container cannot do without must be there.
 */
import { type IdMapping, idMapProblem } from "../../1-kernel/mod.ts";
import type { Config, Namespace, NamespaceKind, SpecIdMapping } from "./config.ts";
import { seccompProblems } from "./seccomp-shape.ts";
import type { Problem } from "./shape.ts";

/** @param config of the right shape, and without nulls */
export function relationProblems(config: Config): Problem[] {
  const problems: Problem[] = [];
  const say = (pointer: string, message: string) => void problems.push({ pointer, message });
  const namespaces = config.linux?.namespaces ?? [];
  const of = (kind: NamespaceKind) => namespaces.find(({ type }) => type === kind);
  if (!/^1\.\d+\.\d+/.test(config.ociVersion))
    say("/ociVersion", `is "${config.ociVersion}", and this runtime knows 1.x`);
  if (!config.root?.path) say("/root/path", "is missing: a container needs a root file system");
  if (!config.process) say("/process", "is missing: a container needs a program to run");
  else if (!config.process.args?.length) say("/process/args", "must name the program to run");
  namespaces.forEach(({ type, path }, index) => {
    if (namespaces.findIndex((other) => other.type === type) < index) {
      say(`/linux/namespaces/${index}`, `names the ${type} namespace a second time`);
    }
    if (path && !path.startsWith("/"))
      say(`/linux/namespaces/${index}/path`, `must be an absolute path, not "${path}"`);
  });
  needs(
    of("mount"),
    [
      ["/mounts", config.mounts?.length],
      ["/linux/maskedPaths", config.linux?.maskedPaths?.length],
      ["/linux/readonlyPaths", config.linux?.readonlyPaths?.length],
      ["/root/readonly", config.root?.readonly],
    ],
    "mount",
    say,
  );
  needs(
    of("uts"),
    [
      ["/hostname", config.hostname],
      ["/domainname", config.domainname],
    ],
    "uts",
    say,
  );
  needs(of("time"), [["/linux/timeOffsets", config.linux?.timeOffsets]], "time", say);
  mountProblems(config, say);
  userNamespaceProblems(config, of("user"), say);
  sysctlProblems(config, of, say);
  intelRdtProblems(config.linux?.intelRdt, say);
  problems.push(...seccompProblems(config.linux?.seccomp));
  return problems;
}

/** The name of a directory, and lines of a file. */
function intelRdtProblems(
  { closID, memBwSchema, schemata = [] }: NonNullable<Config["linux"]>["intelRdt"] & object = {},
  say: (pointer: string, message: string) => void,
): void {
  if (closID !== undefined && !/^(?!\.{1,2}$)[^/\n]+$/.test(closID))
    say("/linux/intelRdt/closID", `must be the name of a directory, not "${closID}"`);
  if (memBwSchema !== undefined && !/^MB:[^\n]*$/.test(memBwSchema))
    say("/linux/intelRdt/memBwSchema", 'must be one line that starts with "MB:"');
  schemata.forEach((line, index) => {
    if (line.includes("\n")) say(`/linux/intelRdt/schemata/${index}`, "must be one line");
  });
}

/** A field that would change the host when the container shares that namespace with it. */
function needs(
  namespace: Namespace | undefined,
  fields: Array<[string, unknown]>,
  kind: NamespaceKind,
  say: (pointer: string, message: string) => void,
): void {
  if (namespace) return;
  for (const [pointer, value] of fields) {
    if (value) say(pointer, `needs a ${kind} namespace in /linux/namespaces, or it would change the host`);
  }
}

function userNamespaceProblems(
  { linux = {} }: Config,
  user: Namespace | undefined,
  say: (pointer: string, message: string) => void,
): void {
  const maps = [
    ["uidMappings", linux.uidMappings ?? []],
    ["gidMappings", linux.gidMappings ?? []],
  ] as const;
  for (const [field, mappings] of maps) {
    if (mappings.length > 0 && !user) say(`/linux/${field}`, "needs a user namespace in /linux/namespaces");
    if (mappings.length === 0 && user && !user.path)
      say(`/linux/${field}`, "is missing: a new user namespace has no ids");
    const problem = idMapProblem(mappings.map(toIdMapping));
    if (problem) say(`/linux/${field}`, `cannot be used: ${problem}`);
  }
}

function mountProblems({ mounts = [] }: Config, say: (pointer: string, message: string) => void): void {
  for (const [index, entry] of mounts.entries()) {
    for (const field of ["uidMappings", "gidMappings"] as const) {
      const problem = idMapProblem((entry[field] ?? []).map(toIdMapping));
      if (problem) say(`/mounts/${index}/${field}`, `cannot be used: ${problem}`);
    }
    if (Boolean(entry.uidMappings?.length) !== Boolean(entry.gidMappings?.length))
      say(`/mounts/${index}`, "must have both uidMappings and gidMappings, or neither");
  }
}

/** Settings that belong to one namespace, each with its kind; any other would change the whole machine. */
function sysctlProblems(
  { linux = {} }: Config,
  of: (kind: NamespaceKind) => Namespace | undefined,
  say: (pointer: string, message: string) => void,
): void {
  for (const key of Object.keys(linux.sysctl ?? {})) {
    const name = key.replaceAll("/", ".");
    const kind = sysctlNamespace(name);
    const pointer = `/linux/sysctl/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (name === "kernel.hostname") say(pointer, "is set by /hostname, not by sysctl");
    else if (!kind) say(pointer, "is not in a separate kernel namespace, so it would change the host");
    else if (!of(kind)) say(pointer, `needs a ${kind} namespace in /linux/namespaces, or it would change the host`);
    if (!/^[A-Za-z0-9_.\-/:]+$/.test(key) || name.split(".").includes("")) say(pointer, "is not the name of a setting");
  }
}

function sysctlNamespace(name: string): NamespaceKind | undefined {
  const ipc = ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"];
  if (ipc.some((setting) => name === `kernel.${setting}`) || name.startsWith("fs.mqueue.")) return "ipc";
  if (name.startsWith("net.")) return "network";
  if (name === "kernel.domainname") return "uts";
  return undefined;
}

/** The kernel's words for the spec's `containerID`, `hostID`, `size`. */
export function toIdMapping({ containerID, hostID, size }: SpecIdMapping): IdMapping {
  return { inside: containerID, outside: hostID, length: size };
}
