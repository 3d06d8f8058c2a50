/**
 * The shape of `config.json`: every field this runtime reads, with its type and bounds (runtime-spec config.md and
 * config-linux.md). What the fields must be to each other is `config-relations.ts`.
 */
import {
  CAPABILITY_SETS,
  IO_PRIORITY_CLASSES,
  type NamespaceKind,
  SCHEDULER_FLAGS,
  SCHEDULER_POLICIES,
} from "./config.ts";
import { SECCOMP_SHAPE } from "./seccomp-shape.ts";
import {
  absolutePath,
  anyText,
  boolean,
  int64,
  integer,
  list,
  map,
  object,
  oneOf,
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

export const CONFIG_SHAPE = object({
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
    "intelRdt?": object({
      "closID?": string,
      "l3CacheSchema?": string,
      "memBwSchema?": string,
      "schemata?": list(string),
      "enableCMT?": boolean,
      "enableMBM?": boolean,
      "enableMonitoring?": boolean,
    }),
    // The specification knows no flag yet ("no flag values are supported now").
    "personality?": object({ domain: oneOf(["LINUX", "LINUX32"]), "flags?": list(oneOf([])) }),
    "timeOffsets?": map(object({ "secs?": int64, "nanosecs?": integer(0, 999_999_999) })),
  }),
});
