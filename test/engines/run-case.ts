/** One `run` of an engine: what it is asked for, and how it has to end. What the engines' cases share stands here too. */
import assert from "node:assert/strict";
import { readCgroupLayout } from "@glassbox/runtime/kernel";

export interface RunCase {
  name: string;
  flags?: string[];
  command: string[];
  /** @default 0 */
  code?: number;
  /** What it says on its output, whole, or on both as far as the pattern goes. */
  out: string | RegExp;
}

/** @throws AssertionError unless it ended so; with its output given whole, it has to be silent on the other stream */
export function assertEnded(
  ended: { code: number; out: string; err: string },
  { code, out }: Required<Pick<RunCase, "code" | "out">>,
): void {
  if (typeof out === "string") assert.deepEqual(ended, { code, out, err: "" });
  else {
    assert.match(ended.out + ended.err, out);
    assert.equal(ended.code, code);
  }
}

export const shell = (script: string) => ["sh", "-c", script];

/** Where 64 MiB, half a processor and 50 processes are to be read, and as what. */
export const cgroupFiles =
  readCgroupLayout().mode === "v2"
    ? { files: "memory.max cpu.max pids.max", text: "67108864\n50000 100000\n50\n" }
    : {
        files: "memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max",
        text: "67108864\n50000\n50\n",
      };

/** A seccomp profile under which making a directory finds no space. */
export const PROFILE = JSON.stringify({
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28 }],
});
