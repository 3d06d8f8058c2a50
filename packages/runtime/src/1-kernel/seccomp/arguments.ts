/**
 * Comparing a system call's arguments: they have 64 bits and the filter's accumulator 32, so every comparison looks at
 * the high half first and at the low half where the high ones are equal. Of a 32-bit program's only the low half counts.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import type { AssemblyLine, Condition } from "./assembler.ts";
import type { SeccompArgument } from "./profile.ts";

export const OPERATOR_NAMES: readonly string[] = [
  "SCMP_CMP_EQ",
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_GT",
  "SCMP_CMP_GE",
  "SCMP_CMP_MASKED_EQ",
];

/**
 * Goes on with the next line when the argument matches, and to `fail` when not. `unique` makes label names.
 * @throws GlassboxError invalid argument for an unknown operator or an argument index above 5
 */
export function compareArgument(
  argument: SeccompArgument,
  { bits, fail, unique }: { bits: 32 | 64; fail: string; unique: () => string },
): AssemblyLine[] {
  const { index, op } = argument;
  if (!Number.isInteger(index) || index < 0 || index > 5) {
    throw new GlassboxError("invalid argument", `Cannot compare argument ${index} of a system call: they are 0 to 5`);
  }
  // struct seccomp_data: nr, arch, instruction_pointer, then args[6] of 8 bytes, little endian.
  const low = 16 + index * 8;
  const load = (offset: number): AssemblyLine => ({ kind: "load", offset });
  const test = (condition: Condition, k: number, then?: string, otherwise?: string): AssemblyLine => ({
    kind: "test",
    condition,
    k,
    ...(then === undefined ? {} : { then }),
    ...(otherwise === undefined ? {} : { otherwise }),
  });
  const value = halves(argument.value);
  const pass = unique();
  const end: AssemblyLine = { kind: "label", name: pass };
  const inHigh = (...lines: AssemblyLine[]) => (bits === 64 ? [load(low + 4), ...lines] : []);
  switch (op) {
    case "SCMP_CMP_EQ":
      return [...inHigh(test("jeq", value.high, undefined, fail)), load(low), test("jeq", value.low, undefined, fail)];
    case "SCMP_CMP_NE":
      return [...inHigh(test("jeq", value.high, undefined, pass)), load(low), test("jeq", value.low, fail), end];
    case "SCMP_CMP_MASKED_EQ": {
      // Bits that the mask hides cannot be asked for either.
      const wanted = halves(asBits(argument.valueTwo ?? 0) & asBits(argument.value));
      return [
        ...inHigh({ kind: "and", k: value.high }, test("jeq", wanted.high, undefined, fail)),
        load(low),
        { kind: "and", k: value.low },
        test("jeq", wanted.low, undefined, fail),
      ];
    }
    case "SCMP_CMP_GT":
    case "SCMP_CMP_GE":
      return [
        ...inHigh(test("jgt", value.high, pass), test("jeq", value.high, undefined, fail)),
        load(low),
        test(op === "SCMP_CMP_GT" ? "jgt" : "jge", value.low, undefined, fail),
        end,
      ];
    case "SCMP_CMP_LT":
    case "SCMP_CMP_LE":
      return [
        ...inHigh(test("jgt", value.high, fail), test("jeq", value.high, undefined, pass)),
        load(low),
        test(op === "SCMP_CMP_LT" ? "jge" : "jgt", value.low, fail),
        end,
      ];
    default:
      throw new GlassboxError("invalid argument", `Cannot compare with "${op}": it is no seccomp operator`, {
        hint: `Use one of ${OPERATOR_NAMES.join(", ")}`,
      });
  }
}

/** A mask that lets no bit through is no condition at all. */
export function asksSomething({ op, value }: SeccompArgument, bits: 32 | 64): boolean {
  return op !== "SCMP_CMP_MASKED_EQ" || BigInt.asUintN(bits, asBits(value)) !== 0n;
}

function halves(value: number | bigint): { high: number; low: number } {
  const bits = asBits(value);
  return { high: Number(bits >> 32n), low: Number(bits & 0xffffffffn) };
}

function asBits(value: number | bigint): bigint {
  // JSON has no 64-bit integers: 2^64 - 1 arrives rounded up to 2^64, which would wrap to 0.
  return value >= 2 ** 64 ? 2n ** 64n - 1n : BigInt.asUintN(64, BigInt(value));
}
