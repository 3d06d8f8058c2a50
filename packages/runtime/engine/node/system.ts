/**
 * The way out of the engine: what `host.c` does for the planner. All that Node's modules are here, they are by these.
 */
import { SYSCALL_NUMBERS } from "../../src/1-kernel/abi/syscall-numbers.ts";

declare global {
  /** @returns what the kernel returns; an error as its number below zero */
  function system(call: number, ...args: Array<number | string | Uint8Array>): number;
  function text(bytes: Uint8Array, start: number, end: number): string;
  function bytes(text: string): Uint8Array<ArrayBuffer>;
  /** @returns the size of the text, which must fit */
  function store(bytes: Uint8Array, start: number, text: string): number;
  function size(text: string): number;
  function sha256(text: string): string;
  function argument(index: number): string | undefined;
  /** Of the environment. */
  function variable(name: string): string | undefined;
  /** A path that cannot be executed ends the process, with words. */
  function become(path: string): never;
}

const numbers = SYSCALL_NUMBERS[process.arch === "arm64" ? "aarch64" : "x86_64"];

/** Calls after which the command cannot be begun again by another program. */
const CHANGES = ["mkdirat", "renameat2", "symlinkat", "unlinkat", "fchmodat", "write", "kill"] as const;
const changes: ReadonlySet<string> = new Set(CHANGES);

let changed = false;

export type Call = keyof typeof numbers;

/** One system call. @returns what the kernel returns; an error as its number below zero */
export function kernel(call: Call, ...args: Array<number | string | Uint8Array>): number {
  if (changes.has(call)) changed = true;
  return system(numbers[call], ...args);
}

/**
 * Have the larger planner do this command: one that can start programs and wait for several things at once. It begins from
 * the start, so nothing may have been done yet.
 *
 * @throws Error when something has been done
 */
export function becomeLargePlanner(why: string): never {
  if (changed) throw new Error(`Cannot go on with the small engine, which has no ${why}, nor begin again`);
  become(process.execPath.replace(/[^/]*$/, "../glassrun"));
}
