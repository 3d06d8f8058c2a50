/**
 * Linux capabilities: root's power cut into pieces, each a bit in five masks a process carries (man 7 capabilities).
 * Names become masks here and masks become names; `2-oci/plan/identity.ts` turns them into system calls.
 */

import { CAPABILITY } from "./abi/capability.ts";

const byBit = new Map<number, string>(Object.entries(CAPABILITY).map(([name, bit]) => [bit, name]));

/** The bit of a capability, or undefined for a name the kernel does not have. `NET_ADMIN` and lower case are taken too. */
export function capabilityBit(name: string): number | undefined {
  const upper = name.toUpperCase();
  return (CAPABILITY as Record<string, number>)[upper.startsWith("CAP_") ? upper : `CAP_${upper}`];
}

/** The mask of these names; names the kernel does not have are returned beside it, so that the caller can warn. */
export function capabilityMask(names: readonly string[]): { mask: bigint; unknown: string[] } {
  // Halves, which are plain numbers: of every container all five sets are read, and most bits are asked for one by one.
  const halves = new Uint32Array(2);
  const unknown: string[] = [];
  for (const name of names) {
    const bit = capabilityBit(name);
    if (bit === undefined) unknown.push(name);
    else halves[bit >>> 5] = (halves[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
  return { mask: (BigInt(halves[1] ?? 0) << 32n) | BigInt(halves[0] ?? 0), unknown };
}

/** The names in a mask, lowest bit first; a bit newer than this table is `CAP_41` and so on. */
export function capabilityNames(mask: bigint): string[] {
  const names: string[] = [];
  for (const [first, half] of [[0, Number(mask & 0xffff_ffffn)] as const, [32, Number(mask >> 32n)] as const]) {
    for (let rest = half, bit = first; rest !== 0; rest >>>= 1, bit++)
      if (rest & 1) names.push(byBit.get(bit) ?? `CAP_${bit}`);
  }
  return names;
}
