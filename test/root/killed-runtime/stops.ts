/**
 * Stops in a plan: at one call a process says that it has come there, and waits. Both go through FIFOs that the first
 * program opens on the host's paths and that its children have with them, so any process of the plan can be stopped.
 */
import { openat, read, result, write } from "../../../packages/runtime/src/1-kernel/mod.ts";
import type { Op, Plan } from "../../../packages/runtime/src/1-kernel/plan/plan.ts";

export interface Stop {
  program: number;
  index: number;
}

/** A stop, and which call it comes before. */
export type SyncPoint = Stop & { what: string };

const PIPES = /^(go|ready)_(reader|writer)$|^(start|known|hooks|maps)_fifo$/;
const MEETINGS = ["clone3", "tell", "wait4", "setns", "pivot_root", "seccomp"];

/** Where processes of the plan meet, make one another, or become something else: at each the rest can be gone. */
export function syncPoints(plan: Plan): SyncPoint[] {
  return plan.programs.flatMap(({ name, ops }, program) =>
    beforeStart(ops).flatMap((op, index) =>
      isSyncPoint(op) ? [{ program, index, what: `${name} ${index}, ${op.call} (${op.why})` }] : [],
    ),
  );
}

/** Without what comes after the wait for `start`: the runtime that made the container is gone by then. */
function beforeStart(ops: readonly Op[]): readonly Op[] {
  const waits = ops.findIndex(({ why }) => why === "Wait for `start`");
  return waits === -1 ? ops : ops.slice(0, waits + 1);
}

function isSyncPoint({ call, args }: Op): boolean {
  const [first] = args;
  return (
    MEETINGS.includes(call) || (["read", "write"].includes(call) && first?.kind === "result" && PIPES.test(first.of))
  );
}

/** The plan, stopping before that call: a byte comes out of `reached`, and one into `go` lets it go on. */
export function stopAt(plan: Plan, { program, index }: Stop, fifos: { reached: string; go: string }): Plan {
  const opened = (path: string, name: string) =>
    openat({ directory: "AT_FDCWD", path, flags: ["O_RDWR"] }, { why: "Open a FIFO of the test", result: name });
  const stop = [
    write({ fd: result("test_reached"), data: "." }, { why: "Say that the call is reached" }),
    read({ fd: result("test_go"), into: "test_went" }, { why: "Wait to go on" }),
  ];
  const programs = plan.programs.map(({ name, ops }, at) => ({
    name,
    ops: [
      ...(at === 0 ? [opened(fifos.reached, "test_reached"), opened(fifos.go, "test_go")] : []),
      ...(at === program ? [...ops.slice(0, index), ...stop, ...ops.slice(index)] : ops),
    ],
  }));
  return { programs };
}
