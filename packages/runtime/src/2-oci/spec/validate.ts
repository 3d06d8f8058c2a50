/**
 * Checks `config.json` before anything is done for it: every problem is named with the JSON pointer of its field.
 * First the shape of every field this runtime reads, then what the fields must be to each other.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { idMapProblem } from "../../1-kernel/mod.ts";
import {
  CAPABILITY_SETS,
  type Config,
  IO_PRIORITY_CLASSES,
  type Namespace,
  type NamespaceKind,
  SCHEDULER_FLAGS,
  SCHEDULER_POLICIES,
  type SpecIdMapping,
} from "./config.ts";
import { SECCOMP_SHAPE, seccompProblems } from "./seccomp-shape.ts";
import {
  absolutePath,
  anyText,
  anything,
  boolean,
  int64,
  integer,
  list,
  map,
  object,
  oneOf,
  type Problem,
  path,
  type Shape,
  string,
  uint32,
} from "./shape.ts";

const strings = list(string);
const idMappings = list(object({ containerID: uint32, hostID: uint32, size: uint32 }));
const capabilities = Object.fromEntries(CAPABILITY_SETS.map((set) => [`${set}?`, strings]));

/** Shared with `exec --process`, which takes this object alone. */
export const PROCESS_SHAPE: Shape = object({
  "terminal?": boolean,
  "consoleSize?": object({ height: uint32, width: uint32 }),
  "user?": object({ "uid?": uint32, "gid?": uint32, "umask?": uint32, "additionalGids?": list(uint32) }),
  "args?": strings,
  "env?": strings,
  cwd: absolutePath,
  "capabilities?": object(capabilities),
  "rlimits?": list(object({ type: string, soft: int64, hard: int64 })),
  "noNewPrivileges?": boolean,
  "apparmorProfile?": string,
  "oomScoreAdj?": integer(-1000, 1000),
  "selinuxLabel?": string,
  "ioPriority?": object({ class: oneOf(IO_PRIORITY_CLASSES), "priority?": integer(0, 7) }),
  "scheduler?": object({
    policy: oneOf(SCHEDULER_POLICIES),
    "nice?": integer(-20, 19),
    "priority?": uint32,
    "flags?": list(oneOf(SCHEDULER_FLAGS)),
    "runtime?": int64,
    "deadline?": int64,
    "period?": int64,
  }),
  "execCPUAffinity?": object({ "initial?": string, "final?": string }),
});

const hook = object({ path: absolutePath, "args?": strings, "env?": strings, "timeout?": integer(1, 2 ** 31) });
const rate = list(object({ major: int64, minor: int64, rate: int64 }));
const weight = list(object({ major: int64, minor: int64, "weight?": uint32, "leafWeight?": uint32 }));

/** Shared with `update --resources`. */
export const RESOURCES_SHAPE: Shape = object({
  "devices?": list(object({ allow: boolean, "type?": string, "major?": int64, "minor?": int64, "access?": string })),
  "memory?": object({
    "limit?": int64,
    "reservation?": int64,
    "swap?": int64,
    "kernel?": int64,
    "kernelTCP?": int64,
    "swappiness?": int64,
    "disableOOMKiller?": boolean,
  }),
  "cpu?": object({
    "shares?": int64,
    "quota?": int64,
    "burst?": int64,
    "period?": int64,
    "realtimeRuntime?": int64,
    "realtimePeriod?": int64,
    "cpus?": string,
    "mems?": string,
    "idle?": int64,
  }),
  "pids?": object({ "limit?": int64 }),
  "blockIO?": object({
    "weight?": uint32,
    "leafWeight?": uint32,
    "weightDevice?": weight,
    "throttleReadBpsDevice?": rate,
    "throttleWriteBpsDevice?": rate,
    "throttleReadIOPSDevice?": rate,
    "throttleWriteIOPSDevice?": rate,
  }),
  "hugepageLimits?": list(object({ pageSize: string, limit: int64 })),
  "network?": object({ "classID?": uint32, "priorities?": list(object({ name: string, priority: uint32 })) }),
  "rdma?": map(object({ "hcaHandles?": uint32, "hcaObjects?": uint32 })),
  "unified?": map(string),
});

const NAMESPACE_KINDS: readonly NamespaceKind[] = ["pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"];

const CONFIG_SHAPE = object({
  ociVersion: string,
  "process?": PROCESS_SHAPE,
  "root?": object({ path, "readonly?": boolean }),
  "hostname?": string,
  "domainname?": string,
  "mounts?": list(
    object({
      destination: path,
      "type?": string,
      "source?": path,
      "options?": strings,
      "uidMappings?": idMappings,
      "gidMappings?": idMappings,
    }),
  ),
  "hooks?": object({
    "prestart?": list(hook),
    "createRuntime?": list(hook),
    "createContainer?": list(hook),
    "startContainer?": list(hook),
    "poststart?": list(hook),
    "poststop?": list(hook),
  }),
  "annotations?": map(anyText),
  "linux?": object({
    "uidMappings?": idMappings,
    "gidMappings?": idMappings,
    "sysctl?": map(string),
    "resources?": RESOURCES_SHAPE,
    "cgroupsPath?": path,
    "namespaces?": list(object({ type: oneOf(NAMESPACE_KINDS), "path?": path })),
    "devices?": list(
      object({
        path: absolutePath,
        type: oneOf(["c", "u", "b", "p"]),
        "major?": int64,
        "minor?": int64,
        "fileMode?": uint32,
        "uid?": uint32,
        "gid?": uint32,
      }),
    ),
    "seccomp?": SECCOMP_SHAPE,
    "rootfsPropagation?": oneOf([
      "",
      "private",
      "rprivate",
      "slave",
      "rslave",
      "shared",
      "rshared",
      "unbindable",
      "runbindable",
    ]),
    "maskedPaths?": list(absolutePath),
    "readonlyPaths?": list(absolutePath),
    "mountLabel?": string,
    "intelRdt?": anything,
    // The specification knows no flag yet ("no flag values are supported now").
    "personality?": object({ domain: oneOf(["LINUX", "LINUX32"]), "flags?": list(oneOf([])) }),
    "timeOffsets?": map(object({ "secs?": int64, "nanosecs?": integer(0, 999_999_999) })),
  }),
});

/** Every problem of a configuration, first to last; none for one that can be planned. */
export function configProblems(json: unknown): Problem[] {
  const problems = CONFIG_SHAPE(json, "");
  return problems.length > 0 ? problems : relationProblems(withoutNulls(json) as Config);
}

/** @throws GlassboxError invalid argument with every problem, each with its JSON pointer */
export function validateConfig(json: unknown, file: string): Config {
  const problems = configProblems(json);
  const [first, ...more] = problems;
  if (!first) return withoutNulls(json) as Config;
  const lines = [first, ...more].map(({ pointer, message }) => `${pointer || "/"} ${message}`);
  throw new GlassboxError("invalid argument", `Cannot use "${file}": ${lines.join("; ")}`);
}

/** A field that is null is one that is not there: Go writes its empty lists so. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const present = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(present.map(([key, field]) => [key, withoutNulls(field)]));
}

function relationProblems(config: Config): Problem[] {
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
  problems.push(...seccompProblems(config.linux?.seccomp));
  return problems;
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

/** The kernel's words for the spec's `containerID`, `hostID`, `size`. */
export function toIdMapping({ containerID, hostID, size }: SpecIdMapping) {
  return { inside: containerID, outside: hostID, length: size };
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
