import assert from "node:assert/strict";
import { test } from "node:test";
import { ERRNO } from "../abi/errno.ts";
import { parsePlan } from "./parse.ts";
import { failureIn } from "./syscall-error.ts";

const plan = parsePlan(`program sysrun
  # Become the container's program.
  execve("/bin/app", ["app"], [])  <- /process/args
  # Wait for the child.
  read(5, [$go], 1) = 1
  umask(022)`);

test("SyscallError says what was being done, the call, the kernel's word, the field and what to try", () => {
  const cases: Array<
    [op: number, error: number, value: number, message: string, category: string, hint: string | undefined]
  > = [
    [
      0,
      ERRNO.EACCES,
      -13,
      'Become the container\'s program: execve("/bin/app", ["app"], []) failed with EACCES (Permission denied), asked for by config.json field "/process/args"',
      "permission denied",
      "Make the program executable, and see that it is a file on a mount without noexec",
    ],
    [
      1,
      0,
      0,
      "Wait for the child: read(5, [$go], 1) = 1 returned 0",
      "internal",
      "The process at the other end of the pipe has gone; its own failure says why",
    ],
    [
      2,
      ERRNO.EROFS,
      -30,
      "umask(022) failed with EROFS (Read-only file system)",
      "permission denied",
      "The file system is mounted read-only",
    ],
    [2, 4000, -4000, "umask(022) failed with error 4000", "internal", undefined],
  ];
  for (const [op, error, value, message, category, hint] of cases) {
    const failure = failureIn(plan, { program: 0, op, error, value }, {});
    assert.deepEqual([failure.message, failure.category, failure.hint], [message, category, hint]);
  }
});
