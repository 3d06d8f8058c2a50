/** Which capabilities can be had at all: what is not in the bounding set, no program started from here ever gets. */
import { readFileSync } from "node:fs";
import { CAPABILITY, readStatus } from "@glassbox/runtime/kernel";
import type { Finding, Probe } from "../probe.ts";

export const capabilities: Probe = {
  id: "capabilities",
  title: "capabilities",
  needed: false,
  async look() {
    const last = Number(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"));
    return judgeBounding(readStatus("self")?.capabilities.bounding ?? "0", last);
  },
};

/** @param mask hexadecimal, as in `/proc/PID/status` @param last the number of the kernel's newest capability */
export function judgeBounding(mask: string, last: number): Finding {
  const bits = BigInt(`0x${mask}`);
  const missing = Object.entries(CAPABILITY)
    .filter(([, bit]) => bit <= last && (bits & (1n << BigInt(bit))) === 0n)
    .map(([name]) => name);
  if (missing.length === 0) return { status: "yes", detail: `all ${last + 1} can be given to a container` };
  return {
    status: "limited",
    detail: `all but ${missing.join(", ")}`,
    hint: missing.includes("CAP_SYS_RESOURCE")
      ? "Hard resource limits cannot be raised here; npm start -- --vm has all capabilities"
      : "Containers that ask for them fail here; npm start -- --vm has all capabilities",
  };
}
