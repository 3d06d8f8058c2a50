/** `features`: what this runtime knows, as JSON (runtime-spec features.md). */

import { CAPABILITY } from "../../1-kernel/mod.ts";
import { print } from "../cli/output.ts";
import { HOOK_KINDS } from "../spec/config.ts";
import { OCI_VERSION } from "../spec/version.ts";
import type { Verb } from "./verb.ts";

export const features: Verb = {
  args: "",
  summary: "print what this runtime supports, as JSON",
  flags: {},
  async run() {
    const known = {
      ociVersionMin: "1.0.0",
      ociVersionMax: OCI_VERSION,
      hooks: HOOK_KINDS,
      linux: {
        namespaces: ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
        capabilities: Object.keys(CAPABILITY).sort(),
        cgroup: { v1: true, v2: true, systemd: true, systemdUser: true },
        seccomp: {
          enabled: true,
          actions: ["ALLOW", "ERRNO", "KILL", "KILL_PROCESS", "KILL_THREAD", "LOG", "TRACE", "TRAP"].map(
            (name) => `SCMP_ACT_${name}`,
          ),
          operators: ["EQ", "GE", "GT", "LE", "LT", "MASKED_EQ", "NE"].map((name) => `SCMP_CMP_${name}`),
          archs: ["SCMP_ARCH_AARCH64", "SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64"],
        },
      },
    };
    print(`${JSON.stringify(known, null, 2)}\n`);
    return 0;
  },
};
