/**
 * Deliberately careless runtimes. Each attack of this folder is tried on one of them first and has to succeed there:
 * else the test could not fail, and would say nothing about glassrun.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Box } from "../../../suites/oci/rig/box.ts";
import { type CommandOptions, type Outcome, runCommand, suiteMark } from "../../../suites/oci/rig/command.ts";

/** What passes for a container: new mount and pid namespaces, `prepare` with `$root`, then chroot and a shell. */
export function runNaively(
  box: Box,
  { prepare = ":", script = ":" }: { prepare?: string; script?: string },
  options: Partial<CommandOptions> = {},
): Outcome {
  const inside = `set -e; root=$1; mount -t proc proc "$root/proc"; ${prepare}; exec chroot "$root" /bin/sh -c "$2"`;
  const command = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"];
  return runCommand([...command, "sh", "-c", inside, "sh", box.rootfs, script], {
    cwd: box.bundle,
    files: box.path("naive"),
    ...options,
  });
}

/** A program that joins a container carelessly, with its standard input in the caller's hands. */
export function execNaively(box: Box, pid: number, command: string[]): ChildProcess {
  return startHeld([naiveExec(box), `${pid}`, ...command]);
}

/** The careless program's own file. */
export function naiveExec(box: Box): string {
  const program = box.path("naive-exec");
  const source = fileURLToPath(new URL("naive-exec.c", import.meta.url));
  if (!existsSync(program)) execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-static", "-o", program, source]);
  return program;
}

/** Starts a command that waits for its standard input, which stays open until the caller ends it. */
export function startHeld([program = "", ...args]: string[], cwd = "/"): ChildProcess {
  const [key = "", value = ""] = suiteMark.split("=");
  return spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH ?? "", [key]: value },
    stdio: ["pipe", "ignore", "ignore"],
  });
}

/** Lets it go on to its end. */
export function release(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.stdin?.on("error", () => {});
    child.stdin?.end(".");
  });
}
