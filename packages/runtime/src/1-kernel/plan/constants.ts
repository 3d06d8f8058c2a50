/**
 * The kernel's named constants as one dictionary, and numbers as people write them: `MS_BIND|MS_REC`, `0755`,
 * `1<<CAP_CHOWN`. Constructors, the text form and its parser all count on this one reading.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { BPF } from "../abi/bpf.ts";
import { CAPABILITY } from "../abi/capability.ts";
import { CLONE } from "../abi/clone.ts";
import { IOCTL } from "../abi/ioctl.ts";
import { KEYCTL } from "../abi/keyctl.ts";
import { MODE } from "../abi/mode.ts";
import { MOUNT } from "../abi/mount.ts";
import { OPEN } from "../abi/open.ts";
import { PRCTL } from "../abi/prctl.ts";
import { RLIMIT } from "../abi/rlimit.ts";
import { SCHED } from "../abi/sched.ts";
import { SECCOMP } from "../abi/seccomp.ts";
import { SIGNAL } from "../abi/signal.ts";
import { SOCKET } from "../abi/socket.ts";
import { WAIT } from "../abi/wait.ts";
import type { NumberArg } from "./plan.ts";

const constants = {
  ...BPF,
  ...CAPABILITY,
  ...CLONE,
  ...IOCTL,
  ...KEYCTL,
  ...MODE,
  ...MOUNT,
  ...OPEN,
  ...PRCTL,
  ...RLIMIT,
  ...SCHED,
  ...SECCOMP,
  ...SIGNAL,
  ...SOCKET,
  ...WAIT,
};

export type ConstantName = keyof typeof constants;

/** Every known constant that starts with one of these prefixes: `ConstantsOf<"MS_">`. */
export type ConstantsOf<Prefix extends string> = Extract<ConstantName, `${Prefix}${string}`>;

/** The number that `text` means, or undefined when it means none: terms joined by `|`, each a number, a name, `1<<N` or `makedev(MAJOR,MINOR)`. */
export function readNumber(text: string): number | bigint | undefined {
  const quick = joined(text.split("|"));
  if (quick !== undefined) return quick;
  let value = 0n;
  for (const term of text.split("|")) {
    const [left = "", right, ...more] = term.split("<<").map(readTerm);
    if (typeof left !== "bigint" || more.length > 0 || (term.includes("<<") && typeof right !== "bigint")) return;
    if (right !== undefined && (right < 0n || right > 63n)) return;
    value |= right === undefined ? left : left << right;
  }
  return narrow(value);
}

/**
 * Flags by their names, joined for the kernel and for the reader.
 * @throws GlassboxError "invalid argument" for a name no table knows, which only untyped callers can pass
 */
export function flags(names: readonly ConstantName[]): NumberArg {
  const first = names[0];
  if (first === undefined) return { kind: "number", value: 0 };
  const text = names.length === 1 ? first : names.join("|");
  return readBefore.get(text) ?? keep(text, { kind: "number", value: joined(names) ?? numberMeant(text), text });
}

/** A number that keeps how a person writes it. @throws GlassboxError "invalid argument" when `text` means no number */
export function written(text: string): NumberArg {
  const known = readBefore.get(text);
  if (known !== undefined) return known;
  const value = numberMeant(text);
  return keep(text, /^(0|-?[1-9]\d*)$/.test(text) ? { kind: "number", value } : { kind: "number", value, text });
}

function numberMeant(text: string): number | bigint {
  const value = readNumber(text);
  if (value === undefined) throw new GlassboxError("invalid argument", `Cannot read "${text}" as a number`);
  return value;
}

/** A plan has hundreds of numbers, in the same few combinations: the reading is kept, since nobody changes an argument. */
function keep(text: string, arg: NumberArg): NumberArg {
  if (readBefore.size < READ_BEFORE_MAX) readBefore.set(text, arg);
  return arg;
}

/** One plan has some fifty combinations; the agent makes many plans. */
const READ_BEFORE_MAX = 1000;
const readBefore = new Map<string, NumberArg>();

/** File permissions, written in octal as `chmod` takes them: `0755`. */
export function fileMode(mode: number): NumberArg {
  return { kind: "number", value: mode, text: `0${mode.toString(8)}` };
}

/** The kernel's 32-bit form (include/linux/kdev_t.h, new_encode_dev): 8 low bits of the minor, 12 of the major, the rest. */
function deviceNumber(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

function readTerm(term: string): bigint | undefined {
  const named = constantOf(term);
  if (named !== undefined) return BigInt(named);
  const device = term.match(/^makedev\((\d+),(\d+)\)$/);
  if (device) return BigInt(deviceNumber(Number(device[1]), Number(device[2])));
  if (/^0[0-7]+$/.test(term)) return BigInt(`0o${term.slice(1)}`);
  return /^(0x[0-9a-f]+|-?\d+)$/i.test(term) ? BigInt(term) : undefined;
}

/** The quick way, for what almost all numbers of a plan are: names that stand for 32 bits or fewer, or one that stands for more. */
function joined(names: readonly string[]): number | undefined {
  if (names.length === 1) return constantOf(names[0] as string);
  let value = 0;
  for (const name of names) {
    const constant = constantOf(name);
    if (constant === undefined || constant >>> 0 !== constant) return undefined;
    value = (value | constant) >>> 0;
  }
  return value;
}

function constantOf(name: string): number | undefined {
  return Object.hasOwn(constants, name) ? constants[name as ConstantName] : undefined;
}

/** The form a `NumberArg` holds: a `bigint` only above what a `number` can tell apart. */
function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
