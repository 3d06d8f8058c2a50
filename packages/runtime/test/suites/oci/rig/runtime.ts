/**
 * The implementations the suite knows: a name and the command that starts it. `OCI_RUNTIME` chooses one for a test
 * process; `run.ts` starts the suite once for each. See also `../known-differences.ts`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type RuntimeName = "glassrun" | "runc" | "crun";

export const runtimeNames: readonly RuntimeName[] = ["glassrun", "runc", "crun"];

export interface Runtime {
  name: RuntimeName;
  /** Put before the arguments of every call: the program, and what it has to be wrapped in on this machine. */
  command: string[];
}

/** The runtime that this process tests. @throws Error when `OCI_RUNTIME` names none */
export function chosenRuntime(): Runtime {
  const name = process.env.OCI_RUNTIME ?? "glassrun";
  const known = runtimeNames.find((candidate) => candidate === name);
  if (!known) throw new Error(`OCI_RUNTIME is "${name}"; it can be ${runtimeNames.join(", ")}`);
  return { name: known, command: runtimeCommand(known) };
}

/** What every call of `name` begins with on this machine. */
export function runtimeCommand(name: RuntimeName): string[] {
  if (name === "glassrun") return [fileURLToPath(new URL("../../../../bin/glassrun", import.meta.url))];
  if (name === "crun" && hybridMountPoint()) return [...withoutUnified(hybridMountPoint()), "crun"];
  return [name];
}

/**
 * crun refuses to start beside v1 when the v2 tree has a controller ("cgroups in hybrid mode not supported"). It gets
 * a mount namespace of its own without that tree; the machine's stays as it is.
 */
function withoutUnified(mountPoint: string): string[] {
  return ["unshare", "-m", "--propagation", "private", "sh", "-c", `umount ${mountPoint}; exec "$@"`, "sh"];
}

/** Where v2 is mounted beside v1's trees; empty on a machine with only one of them. */
function hybridMountPoint(): string {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  const unified = mounts.find(([, , type]) => type === "cgroup2");
  return unified && mounts.some(([, , type]) => type === "cgroup") ? (unified[1] ?? "") : "";
}
