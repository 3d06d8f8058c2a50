/** How new the kernel is: `clone3` with CLONE_INTO_CGROUP and `openat2` came with 5.7 and 5.6. */
import { release } from "node:os";
import type { Finding, Probe } from "../probe.ts";

const OLDEST = [5, 7] as const;

export const kernelRelease: Probe = {
  id: "kernel",
  title: "kernel",
  needed: true,
  look: async () => judgeRelease(release()),
};

/** @param name as `uname -r` prints it: `6.1.0-56-amd64` */
export function judgeRelease(name: string): Finding {
  const [major = 0, minor = 0] = name.split(".").map((part) => Number.parseInt(part, 10));
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]))
    return { status: "yes", detail: `Linux ${name}` };
  return {
    status: "no",
    detail: `Linux ${name}, older than ${OLDEST.join(".")}`,
    hint: "Use a newer kernel, or npm start -- --vm",
  };
}
