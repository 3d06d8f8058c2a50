/**
 * Linux capabilities: root's power cut into pieces, each a bit in five masks a process carries (man 7 capabilities).
 * Names become masks here and masks become names; `2-oci/plan/capabilities.ts` turns them into system calls.
 */

import { CAPABILITY } from "./abi/capability.ts";

const byBit = new Map<number, string>(Object.entries(CAPABILITY).map(([name, bit]) => [bit, name]));

/** The highest capability this table knows; the kernel's own is in /proc/sys/kernel/cap_last_cap. */
export const LAST_CAPABILITY = Math.max(...byBit.keys());

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

/**
 * The structs `capset` takes: `cap_user_header_t` with version 3 for the calling process, and the two
 * `cap_user_data_t` halves, because the kernel's masks grew from 32 to 64 bits (man 2 capset).
 */
export function capsetStructs(sets: { effective: bigint; permitted: bigint; inheritable: bigint }): {
  header: Uint8Array;
  data: Uint8Array;
} {
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(0, 0x20080522, true);
  const data = new Uint8Array(24);
  const view = new DataView(data.buffer);
  [sets.effective, sets.permitted, sets.inheritable].forEach((mask, index) => {
    view.setUint32(index * 4, Number(mask & 0xffffffffn), true);
    view.setUint32(12 + index * 4, Number(mask >> 32n), true);
  });
  return { header, data };
}
