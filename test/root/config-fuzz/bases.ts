/** What the changes start from: a plain configuration, and one that has something of every field. */
import {
  type Configuration,
  defaultConfiguration,
} from "../../../packages/runtime/test/suites/oci/rig/configuration.ts";

export function bases(): Configuration[] {
  return [defaultConfiguration("true"), everything()];
}

function everything(): Configuration {
  const configuration = defaultConfiguration("true");
  const ids = [{ containerID: 0, hostID: 200_000, size: 65_536 }];
  const hook = { path: "/bin/true", args: ["true"], env: ["A=B"], timeout: 5 };
  return Object.assign(configuration, {
    domainname: "example.org",
    annotations: { "org.example.key": "value" },
    hooks: { createRuntime: [hook], startContainer: [hook], poststop: [hook] },
    mounts: [
      ...configuration.mounts,
      { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "size=1m"] },
      { destination: "/data", type: "bind", source: "/tmp", options: ["rbind", "ro", "rprivate"] },
    ],
    process: {
      ...configuration.process,
      user: { uid: 1000, gid: 1000, umask: 0o22, additionalGids: [5, 6] },
      oomScoreAdj: 100,
      rlimits: [{ type: "RLIMIT_NOFILE", soft: 512, hard: 1024 }],
      consoleSize: { height: 24, width: 80 },
      ioPriority: { class: "IOPRIO_CLASS_BE", priority: 4 },
      scheduler: { policy: "SCHED_BATCH", nice: 1 },
    },
    linux: {
      ...configuration.linux,
      namespaces: [...configuration.linux.namespaces, { type: "user" }, { type: "cgroup" }],
      uidMappings: ids,
      gidMappings: ids,
      sysctl: { "net.ipv4.ip_forward": "1", "kernel.shmmax": "65536" },
      devices: [{ path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 }],
      cgroupsPath: "/glassbox-fuzz",
      rootfsPropagation: "rslave",
      personality: { domain: "LINUX", flags: [] },
      resources: {
        devices: [{ allow: false, access: "rwm" }],
        memory: { limit: 64 << 20, reservation: 32 << 20, swap: 64 << 20, swappiness: 10 },
        cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: "0", mems: "0" },
        pids: { limit: 50 },
        blockIO: { weight: 100, throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 << 20 }] },
        hugepageLimits: [],
        unified: {},
      },
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        syscalls: [
          { names: ["swapon"], action: "SCMP_ACT_ERRNO", errnoRet: 13 },
          { names: ["clone"], action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ" }] },
        ],
      },
    },
  });
}
