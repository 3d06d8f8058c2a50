/**
 * `features`: what this runtime knows, as JSON (runtime-spec features.md, features-linux.md), for engines to read before
 * they ask for it. Taken from the tables the planner itself works by, so it cannot promise what is not there.
 */
import {
  CAPABILITY,
  SECCOMP_ACTIONS,
  SECCOMP_ARCHITECTURES,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
} from "../../1-kernel/mod.ts";
import { print } from "../cli/output.ts";
import { MOUNT_OPTIONS } from "../plan/mount-options.ts";
import { HOOK_KINDS } from "../spec/config.ts";
import { OCI_VERSION } from "../spec/version.ts";
import type { Verb } from "./verb.ts";

export const features: Verb = {
  args: "",
  summary: "print what this runtime supports, as JSON",
  flags: {},
  async run() {
    print(`${JSON.stringify(knownFeatures(), null, 2)}\n`);
    return 0;
  },
};

function knownFeatures() {
  return {
    ociVersionMin: "1.0.0",
    ociVersionMax: OCI_VERSION,
    hooks: HOOK_KINDS,
    mountOptions: MOUNT_OPTIONS,
    linux: {
      namespaces: ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
      capabilities: Object.keys(CAPABILITY).sort(),
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: true, rdma: true },
      seccomp: {
        enabled: true,
        actions: [...SECCOMP_ACTIONS].sort(),
        operators: [...SECCOMP_OPERATORS].sort(),
        archs: [...SECCOMP_ARCHITECTURES].sort(),
        knownFlags: [...SECCOMP_FLAGS].sort(),
      },
      apparmor: { enabled: true },
      // A process gets its label, but /linux/mountLabel has no effect.
      selinux: { enabled: false },
      intelRdt: { enabled: true },
      mountExtensions: { idmap: { enabled: MOUNT_OPTIONS.includes("idmap") } },
    },
    // No annotation changes what this runtime does.
    potentiallyUnsafeConfigAnnotations: [],
  };
}
