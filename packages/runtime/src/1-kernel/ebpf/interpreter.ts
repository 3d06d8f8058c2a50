/**
 * Runs a program of extended BPF as the kernel would, on a context given as bytes: so that a test, or a page, can ask
 * "may the container open this device?" without a kernel. Knows the instructions of `assembler.ts` and no others.
 */
import { CONDITIONS, conditionCode, type EbpfInstruction, OPCODES } from "./assembler.ts";

/**
 * @param context what `r1` points to
 * @returns `r0` at the exit
 * @throws Error where the kernel's verifier would have refused the program: a read outside the context, of a register
 *   never set, an unknown instruction, an end without exit
 */
export function interpretEbpf(instructions: readonly EbpfInstruction[], context: Uint8Array): bigint {
  const memory = new DataView(context.buffer, context.byteOffset, context.byteLength);
  const registers: Array<bigint | undefined> = [undefined, 0n];
  const read = (register: number) => {
    const value = registers[register];
    if (value === undefined) throw new Error(`r${register} is read before it is set`);
    return value;
  };
  for (let at = 0; at < instructions.length; at++) {
    const { code, to, from, offset, value } = instructions[at] as EbpfInstruction;
    // The kernel extends the 32 bits of an instruction to 64 with their sign.
    const constant = BigInt.asUintN(64, BigInt(value));
    switch (code) {
      case OPCODES.load:
        registers[to] = BigInt(memory.getUint32(Number(read(from)) + offset, true));
        break;
      case OPCODES.copy:
        registers[to] = read(from);
        break;
      case OPCODES.set:
        registers[to] = constant;
        break;
      case OPCODES.and:
        registers[to] = read(to) & constant;
        break;
      case OPCODES["shift right"]:
        registers[to] = read(to) >> constant;
        break;
      case OPCODES.jump:
        at += offset;
        break;
      case OPCODES.exit:
        return read(0);
      default:
        if (holds(code, read(to), constant)) at += offset;
    }
  }
  throw new Error("the program ends without an exit");
}

function holds(code: number, left: bigint, right: bigint): boolean {
  const condition = (Object.keys(CONDITIONS) as Array<keyof typeof CONDITIONS>).find(
    (sign) => code === conditionCode(sign),
  );
  if (condition === "==") return left === right;
  if (condition === "!=") return left !== right;
  if (condition === "&") return (left & right) !== 0n;
  throw new Error(`instruction 0x${code.toString(16)} is unknown`);
}
