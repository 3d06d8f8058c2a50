/** How numbers, commands and paths are written for people, the same on cards, in tables and in sentences. */
import type { ProcessNode } from "@glassbox/protocol";

/** The command line as typed, or the kernel's name in brackets for a kernel thread, as `ps` does. */
export function commandOf(process: ProcessNode): string {
  return process.argv.length > 0 ? process.argv.join(" ") : `[${process.comm}]`;
}

/**
 * The command with its program's directory left out: `/usr/bin/sleep 60` becomes `sleep 60`. Of an interactive shell
 * only the name: how Glassbox starts it says nothing.
 */
export function shortCommandOf(process: ProcessNode): string {
  const [program, ...rest] = process.argv;
  if (program === undefined) return `[${process.comm}]`;
  const name = program.startsWith("/") ? lastPart(program) : program;
  return /^-?\w*sh$/.test(name) && rest.includes("-i") ? name : [name, ...rest].join(" ");
}

/** `67108864` becomes `64 MiB`: powers of two, as cgroup limits are written, three figures at most. */
export function bytesInWords(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toPrecision(2)} ${units[unit]}`;
}

/** Last part of a path; the root stays `/`. */
export function lastPart(path: string): string {
  return path.split("/").filter(Boolean).at(-1) ?? "/";
}

/** Shortens in the middle, so that both the beginning and the end of a path stay readable. */
export function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const tail = Math.ceil((maxLength - 1) * 0.6);
  return `${text.slice(0, maxLength - 1 - tail)}…${text.slice(-tail)}`;
}

/** Shortens at the end: a command begins with what matters. */
export function clipped(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** `1 process`, `2 processes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
