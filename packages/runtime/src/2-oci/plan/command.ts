/** Handing over: stand in the working directory, let no descriptor of ours through, and become the program. */
import { GlassboxError } from "../../0-base/mod.ts";
import { closeRange, closeRangeOnExec, execve, fchdir, type Op, OWN_FDS, openat2, result } from "../../1-kernel/mod.ts";
import { keepsLastWord, LAST_WORD_FD } from "./last-word.ts";
import { openDirectory } from "./paths.ts";
import type { Planning } from "./planning.ts";

const NO_PROGRAM = {
  hint: "Check /process/args/0 and PATH in /process/env; the path is looked up in the container's root",
};

/** Before the root is left: make the working directory when it is missing, as other runtimes do. */
export function planWorkingDirectory(planning: Planning): Op[] {
  const cwd = planning.config.process?.cwd ?? "/";
  if (planning.facts.look(cwd).kind !== "missing") return [];
  return openDirectory(planning, cwd, { why: `Make sure the working directory "${cwd}" exists`, from: "/process/cwd" })
    .ops;
}

/** Inside the root. A working directory that is a magic link of /proc could be a way out (CVE-2024-21626). */
export function planEnterDirectory(planning: Planning): Op[] {
  const cwd = planning.config.process?.cwd ?? "/";
  if (cwd === "/") return [];
  const from = "/process/cwd";
  return [
    openat2(
      { directory: "AT_FDCWD", path: cwd, flags: ["O_PATH", "O_DIRECTORY"], resolve: ["RESOLVE_NO_MAGICLINKS"] },
      { why: `Open "${cwd}", refusing links that lead to an open file of ours`, from, result: "cwd" },
    ),
    fchdir({ fd: result("cwd") }, { why: "Start the program there", from }),
  ];
}

export function planExec(planning: Planning): Op[] {
  const { process: wanted } = planning.config;
  const [program = ""] = wanted?.args ?? [];
  const argv = wanted?.args ?? [];
  const listening = planning.listenFds ? [`LISTEN_FDS=${planning.listenFds}`, "LISTEN_PID=1"] : [];
  const environment = [...environmentOf(planning), ...listening];
  const candidates = findProgram(planning, program, environment);
  const why = "Become the program: same process, same namespaces, new contents";
  return [
    ...planCloseDescriptors(planning),
    ...candidates.map((path, index) =>
      execve(
        { path, argv, environment },
        {
          why: candidates.length === 1 ? why : `${why}, if it is at ${path}`,
          from: "/process/args",
          ...(index < candidates.length - 1 ? { allow: ["ENOENT", "EACCES", "ENOTDIR"] } : {}),
        },
      ),
    ),
  ];
}

/**
 * Closed for good, not only marked: `execve` closes what is marked after it has looked its path up, and an image may name
 * /proc/self/fd/N/bin/sh as its program (CVE-2024-21626). Sysrun still needs its own, to say why an `execve` failed; and
 * where somebody waits until the program is there, the pipe that says so stays, a pipe being no way to anywhere.
 */
function planCloseDescriptors(planning: Planning): Op[] {
  const first = 3 + (planning.preserveFds ?? 0);
  const lastKept = keepsLastWord(planning) ? LAST_WORD_FD : OWN_FDS.last;
  const why = "Let no descriptor of the runtime through to the program";
  const early = first < OWN_FDS.first ? [closeRange({ first, last: OWN_FDS.first - 1 }, { why })] : [];
  return [
    ...early,
    closeRange({ first: Math.max(first, lastKept + 1) }, { why: `${why}, however many there are` }),
    closeRangeOnExec({ first }, { why: "Those of sysrun itself go when the program has taken its place" }),
  ];
}

/** The config's environment, with HOME as /etc/passwd has it when it is not given. */
export function environmentOf({ config, facts }: Pick<Planning, "config" | "facts">): string[] {
  const environment = config.process?.env ?? [];
  if (environment.some((entry) => entry.startsWith("HOME="))) return environment;
  return [...environment, `HOME=${facts.homeOf(config.process?.user?.uid ?? 0) ?? "/"}`];
}

/**
 * Where the program may be: the one place it was seen, or every place it could be where that cannot be seen from here.
 * @throws GlassboxError not found or permission denied, with the words that other runtimes' callers look for
 */
function findProgram(planning: Planning, program: string, environment: string[]): string[] {
  const { facts } = planning;
  const executable = (mode: number | undefined) => mode === undefined || (mode & 0o111) !== 0;
  if (program.includes("/")) {
    const cwd = planning.config.process?.cwd ?? "/";
    const absolute = program.startsWith("/") ? program : `${cwd}/${program}`;
    const { kind, mode } = facts.look(absolute);
    if (kind === "missing") {
      throw new GlassboxError(
        "not found",
        `exec: "${program}": stat ${program}: no such file or directory`,
        NO_PROGRAM,
      );
    }
    if (kind === "directory" || (kind === "file" && !executable(mode))) {
      throw new GlassboxError("permission denied", `exec: "${program}": permission denied`, NO_PROGRAM);
    }
    return [program];
  }
  const path = environment.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length) ?? "";
  const candidates = path.split(":").map((directory) => `${directory || "."}/${program}`);
  const possible: string[] = [];
  for (const candidate of program === "" ? [] : candidates) {
    const { kind, mode } = facts.look(candidate);
    if (kind === "unknown") possible.push(candidate);
    if (kind === "file" && executable(mode)) return [...possible, candidate];
  }
  if (possible.length > 0) return possible;
  throw new GlassboxError("not found", `exec: "${program}": executable file not found in $PATH`, NO_PROGRAM);
}
