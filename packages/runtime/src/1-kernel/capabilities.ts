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
  let mask = 0n;
  const unknown: string[] = [];
  for (const name of names) {
    const bit = capabilityBit(name);
    if (bit === undefined) unknown.push(name);
    else mask |= 1n << BigInt(bit);
  }
  return { mask, unknown };
}

/** The names in a mask, lowest bit first; a bit newer than this table is `CAP_41` and so on. */
export function capabilityNames(mask: bigint): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 64; bit++) {
    if (mask & (1n << BigInt(bit))) names.push(byBit.get(bit) ?? `CAP_${bit}`);
  }
  return names;
}
