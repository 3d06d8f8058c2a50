/**
 * One bash behind a pseudo terminal: started inside its lab's cgroup, with a prompt, a HOME and a PATH of its own.
 * It is written into the cgroup before bash begins, so that nothing the learner starts can ever be outside. node-pty does
 * the forkpty; `terminal.ts` keeps the output and decides when to read.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { GlassboxError } from "@glassbox/runtime/base";
import { spawn } from "node-pty";
import { exitReason } from "./exit-reason.ts";
import { CTRL_C, InputQueue } from "./input-queue.ts";
import { interruptForeground } from "./session-processes.ts";

export interface ShellPlace {
  cwd: string;
  /** Added to the shell's own few variables, and stronger than they are. */
  env: Record<string, string>;
  /** The `cgroup.procs` files the shell writes itself into, one a hierarchy. */
  cgroupProcsFiles: string[];
}

export interface ShellOptions extends ShellPlace {
  /** Directory with `glassrun` and `glassbox`, first in PATH. */
  binDir: string;
  /** The shell's HOME, made when missing, with a bashrc of ours in it. Not root's own, whose rc files are not ours. */
  home: string;
  columns: number;
  rows: number;
  onOutput(bytes: Uint8Array): void;
  /** Called once, after the last output. */
  onEnded(reason: string): void;
}

export interface Shell {
  /** Also the id of its session and of its first process group. */
  readonly pid: number;
  /** @throws GlassboxError "resource exhausted" when the program in the terminal has not read 1 MB of input */
  input(data: string): void;
  resize(columns: number, rows: number): void;
  /** SIGINT to what runs in the foreground, past whatever is queued as input. */
  interrupt(): void;
  /** Stop reading output. The kernel holds a few KB more, then whoever writes to the terminal waits. */
  pause(): void;
  resume(): void;
}

/**
 * Joins each cgroup, then becomes bash. Written as a shell script because bash must not exist before it has joined, and
 * `exec` keeps the pid that was written. A cgroup that cannot be joined ends it: a shell outside would escape its limits.
 */
const JOIN_THEN_BASH = `
for procs in "$@"; do
  echo $$ > "$procs" || { echo "Cannot start the shell: it may not join the cgroup of \\"$procs\\""; exit 126; }
done
exec bash`;

/** A bashrc that begins otherwise is somebody's own, and stays. */
const OURS = "# Written by Glassbox at each start of a shell\n";

/**
 * In HOME, so that a bash started by hand in new namespaces has the same prompt, with the host name that the UTS lab
 * changes. No history file: one learner's typing is not the next one's.
 */
const BASHRC = `${OURS}unset HISTFILE
PS1='\\[\\e[1;36m\\]\\h\\[\\e[0m\\]:\\w\\$ '
PROMPT_DIRTRIM=3
alias ls='ls --color=auto'
`;

const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Starts the shell. @throws GlassboxError "internal" when the machine has no pseudo terminal left */
export function startShell(options: ShellOptions): Shell {
  furnish(options.home);
  const pty = openPty(options);
  const input = new InputQueue(pty.fd);
  pty.onData((bytes) => options.onOutput(bytes));
  pty.onExit(({ exitCode, signal }) => {
    input.close();
    options.onEnded(exitReason(exitCode, signal ?? 0));
  });
  return {
    pid: pty.pid,
    input: (data) => {
      // The kernel turns Ctrl-C into SIGINT only when it gets to that byte, and it is not getting to any.
      if (data === CTRL_C && input.stuck) interruptForeground(pty.pid);
      input.push(data);
    },
    resize: (columns, rows) => pty.resize(columns, rows),
    interrupt: () => interruptForeground(pty.pid),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
  };
}

/** node-pty's terminal as it really is with `encoding: null`: its types know neither the bytes nor the descriptor. */
interface Pty {
  readonly pid: number;
  readonly fd: number;
  onData(listener: (bytes: Uint8Array) => void): void;
  onExit(listener: (end: { exitCode: number; signal?: number }) => void): void;
  resize(columns: number, rows: number): void;
  pause(): void;
  resume(): void;
}

/** Never writes over a bashrc in place: a shell started a moment ago may be reading it, and would read half of it. */
function furnish(home: string): void {
  const bashrc = path.join(home, ".bashrc");
  mkdirSync(home, { recursive: true, mode: 0o755 });
  const there = existsSync(bashrc) ? readFileSync(bashrc, "utf8") : undefined;
  if (there === BASHRC || (there !== undefined && !there.startsWith(OURS))) return;
  writeFileSync(`${bashrc}.new`, BASHRC);
  renameSync(`${bashrc}.new`, bashrc);
}

function openPty(options: ShellOptions): Pty {
  const { cwd, cgroupProcsFiles, columns, rows } = options;
  try {
    const pty = spawn("/bin/sh", ["-c", JOIN_THEN_BASH, "sh", ...cgroupProcsFiles], {
      name: "xterm-256color",
      cols: columns,
      rows,
      cwd,
      env: shellEnvironment(options),
      encoding: null, // raw bytes: a character split across two reads must not be mended twice
    });
    return pty as unknown as Pty;
  } catch (cause) {
    throw new GlassboxError("internal", `Cannot start a shell in "${cwd}": no pseudo terminal to be had`, { cause });
  }
}

/** Built from nothing, so that the agent's own variables (tokens of the machine's owner, say) do not reach the learner. */
function shellEnvironment({ binDir, home, env }: ShellOptions): Record<string, string> {
  return {
    PATH: `${binDir}:${SYSTEM_PATH}`,
    HOME: home,
    USER: "root",
    LOGNAME: "root",
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    ...env,
  };
}
