/**
 * The bundles whose plans are made to fail: a typical one, one whose root is nobody outside, and one that has every field
 * of config.json which a machine can do at once without a user namespace.
 */
import type { LaunchOptions } from "../../../packages/runtime/src/2-oci/verbs/launch-flags.ts";
import type { Change } from "../../../packages/runtime/test/suites/oci/rig/configuration.ts";

/** Root of the user namespace, outside. */
export const HOST_ID = 200_000;

/** Unix sockets that take whatever a runtime sends. */
export interface Sockets {
  console: string;
  pidfd: string;
  agent: string;
}

export interface Bundle {
  name: string;
  mode: LaunchOptions["mode"];
  change: Change;
  options?: Pick<LaunchOptions, "consoleSocket" | "pidfdSocket">;
}

export function bundles(sockets: Sockets): Bundle[] {
  return [
    { name: "typical", mode: "run", change: makeTypical },
    { name: "user-namespace", mode: "create", change: makeUserNamespace },
    {
      name: "maximal",
      mode: "create",
      change: (configuration) => makeMaximal(configuration, sockets.agent),
      options: { consoleSocket: sockets.console, pidfdSocket: sockets.pidfd },
    },
  ];
}

const hook = { path: "/bin/true" };

const makeTypical: Change = ({ linux }) => {
  linux.resources.memory = { limit: 64 << 20 };
  linux.resources.pids = { limit: 50 };
  linux.namespaces.push({ type: "cgroup" });
  linux.sysctl = { "net.ipv4.ip_forward": "1" };
  linux.seccomp = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: ["swapon"], action: "SCMP_ACT_ERRNO" }],
  };
};

const makeUserNamespace: Change = (configuration) => {
  configuration.linux.namespaces.push({ type: "user" });
  configuration.linux.uidMappings = [{ containerID: 0, hostID: HOST_ID, size: 1000 }];
  configuration.linux.gidMappings = [{ containerID: 0, hostID: HOST_ID, size: 1000 }];
  configuration.hooks = { createRuntime: [hook], createContainer: [hook] };
};

function makeMaximal(configuration: Parameters<Change>[0], agent: string): void {
  const ids = [{ containerID: 0, hostID: HOST_ID, size: 1000 }];
  Object.assign(configuration, { domainname: "example.org", annotations: { "org.example.key": "value" } });
  Object.assign(configuration.process, {
    terminal: true,
    consoleSize: { height: 24, width: 80 },
    user: { uid: 1000, gid: 1000, umask: 0o22, additionalGids: [5, 6] },
    cwd: "/work",
    noNewPrivileges: false,
    oomScoreAdj: 100,
    rlimits: ["RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_CPU"].map((type) => ({ type, soft: 100, hard: 200 })),
    ioPriority: { class: "IOPRIO_CLASS_BE", priority: 4 },
    scheduler: { policy: "SCHED_BATCH", nice: 1 },
    execCPUAffinity: { initial: "0", final: "0" },
  });
  configuration.mounts.push(
    { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "size=1m", "mode=1777"] },
    { destination: "/etc", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "rro"] },
    { destination: "/data", type: "bind", source: "/etc", options: ["rbind", "ro", "rprivate", "nosuid", "nodev"] },
    { destination: "/hosts", type: "bind", source: "/etc/hosts", options: ["bind", "ro", "noexec", "relatime"] },
    { destination: "/mapped", type: "bind", source: "/tmp", options: ["bind"], uidMappings: ids, gidMappings: ids },
  );
  configuration.hooks = Object.fromEntries(
    ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"].map((kind) => [
      kind,
      [hook],
    ]),
  );
  Object.assign(configuration.linux, {
    rootfsPropagation: "rslave",
    personality: { domain: "LINUX" },
    timeOffsets: { monotonic: { secs: 100 }, boottime: { secs: 100 } },
    sysctl: { "net.ipv4.ip_forward": "1", "kernel.shmmax": "65536" },
    devices: [
      { path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 },
      { path: "/dev/below/pipe", type: "p", fileMode: 0o600, uid: 1000, gid: 1000 },
    ],
    seccomp: {
      defaultAction: "SCMP_ACT_ALLOW",
      listenerPath: agent,
      listenerMetadata: "of a test",
      syscalls: [
        { names: ["swapon"], action: "SCMP_ACT_ERRNO", errnoRet: 13 },
        { names: ["swapoff"], action: "SCMP_ACT_NOTIFY" },
      ],
    },
  });
  configuration.linux.namespaces.push({ type: "cgroup" }, { type: "time" });
  Object.assign(configuration.linux.resources, {
    devices: [
      { allow: false, access: "rwm" },
      { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
    ],
    memory: { limit: 64 << 20, reservation: 32 << 20, swap: 64 << 20 },
    cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: "0", mems: "0" },
    pids: { limit: 50 },
  });
}
