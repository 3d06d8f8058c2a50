/**
 * How a first process says that it has become its program: it holds a pipe that closes with `execve`, and whoever reads
 * there sees the end of it. A word written before `execve` could only say that it is about to, and a program that the
 * kernel then refuses would have been called started.
 */
import { dup3, type Op, OWN_FDS, read, result, write } from "../../1-kernel/mod.ts";
import type { Planning } from "./planning.ts";
import { hasAgent } from "./seccomp-agent.ts";

/** Beside sysrun's own, out of the way of what the program is given. */
export const LAST_WORD_FD = OWN_FDS.last + 1;

/**
 * Not where the descriptor could be one that the caller wants kept. Nor, detached, where an agent answers calls: it may
 * be asked about `execve` itself, and may be the one who waits for the runtime to return.
 */
export function keepsLastWord(planning: Planning): boolean {
  const { tidies, mode, waitForStart, preserveFds } = planning;
  return tidies !== undefined || (mode === "detach" && !waitForStart && !preserveFds && !hasAgent(planning));
}

/**
 * Before the program's own limit of open files, which may be lower than the number. Where the caller's is, the word comes
 * too early, and only a program that cannot be executed is told of less well.
 */
export function planKeepLastWord(planning: Planning): Op[] {
  if (!keepsLastWord(planning)) return [];
  return [
    dup3(
      { from: result("ready_writer"), to: LAST_WORD_FD, flags: ["O_CLOEXEC"] },
      {
        why: "Keep this until there is a program: its end tells that nothing can fail any more",
        allow: ["EBADF"],
      },
    ),
  ];
}

/** In the process that is to become the program, where nothing ends with `execve` that could be waited for. */
export function planSayAboutToStart(planning: Planning): Op[] {
  if (planning.mode !== "detach" || planning.waitForStart || keepsLastWord(planning)) return [];
  return [write({ fd: result("ready_writer"), data: "." }, { why: "Say that the program is about to start" })];
}

/** In the runtime. */
export function planAwaitLastWord(): Op[] {
  return [
    read({ fd: result("ready_reader"), into: "started" }, { why: "Wait until it has become the program", expect: 0 }),
  ];
}

/** In the runtime, which ends after this: until there is a program, or where that cannot be waited for, as `why` says. */
export function planAwaitReady(planning: Planning, why: string): Op[] {
  if (keepsLastWord(planning)) return planAwaitLastWord();
  return [read({ fd: result("ready_reader"), into: "ready" }, { why })];
}
