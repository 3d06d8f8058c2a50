/** Machines written down, for plans that must come out the same wherever the tests run. */
import type { CgroupDirectory } from "../../1-kernel/mod.ts";
import type { MachineFacts, PathFact, TreeEntry } from "./planning.ts";

const DIRECTORIES = ["/", "/bin", "/etc", "/proc", "/sys", "/dev", "/tmp", "/sys/fs/cgroup", "/proc/sys", "/proc/acpi"];
const FILES = ["/bin/sh", "/proc/kcore", "/etc/hosts"];

function look(path: string): PathFact {
  if (DIRECTORIES.includes(path)) return { kind: "directory", mode: path === "/tmp" ? 0o1777 : 0o755 };
  if (FILES.includes(path)) return { kind: "file", mode: 0o755 };
  return path.startsWith("/dev/") ? { kind: "unknown" } : { kind: "missing" };
}

/** What the image has below a directory: enough for a plan that copies it. */
function tree(): TreeEntry[] {
  const owner = { uid: 0, gid: 0 };
  return [
    { path: "cache", kind: "directory", mode: 0o755, size: 0, ...owner },
    { path: "link", kind: "symlink", target: "cache/list", mode: 0o777, size: 0, ...owner },
    { path: "cache/list", kind: "file", mode: 0o4640, size: 12, uid: 7, gid: 8 },
  ];
}

const common = {
  architecture: "x86_64" as const,
  permittedCapabilities: 0x1ffffffffffn,
  cgroupsDenied: [],
  standing: { uid: 0, gid: 0, inUserNamespace: false, mayChooseGroups: true },
  lastCapability: 40,
  hardLimits: { RLIMIT_NOFILE: 20000 },
  oomScoreAdj: 0,
  mayScore: () => false,
  apparmor: false,
  selinux: false,
  ownedStdio: [0, 1, 2],
  nullStreams: [],
  homeOf: () => undefined,
  fileSystemOf: () => "ext4",
  mountPointOf: () => "/srv",
  look,
  tree,
  lookOnHost: look,
};

/** Debian's own: one tree, every controller. */
export const unified: MachineFacts = {
  ...common,
  cgroupMode: "v2",
  cgroups: [
    {
      place: {
        version: 2,
        controllers: ["cpu", "io", "memory", "pids"],
        mountPoint: "/sys/fs/cgroup",
        path: "/web",
        directory: "/sys/fs/cgroup/web",
      },
      survey: { make: ["/sys/fs/cgroup/web"], passedOn: { "/sys/fs/cgroup": ["cpu", "memory", "pids"] } },
    },
  ],
};

function hierarchy(controller: string): MachineFacts["cgroups"][number] {
  const place: CgroupDirectory = {
    version: 1,
    controllers: [controller],
    mountPoint: `/sys/fs/cgroup/${controller}`,
    path: "/web",
    directory: `/sys/fs/cgroup/${controller}/web`,
  };
  return { place, survey: { make: [place.directory], passedOn: {} } };
}

/** An older one, a tree a controller, run by a root without CAP_SYS_RESOURCE. */
export const divided: MachineFacts = {
  ...common,
  permittedCapabilities: 0x1fffeffffffn,
  cgroupMode: "hybrid",
  cgroups: [hierarchy("memory"), hierarchy("pids")],
};
