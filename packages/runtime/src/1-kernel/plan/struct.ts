/**
 * The structs that plans pass to the kernel, by the name C knows them under, and where their fields stand. Most come from
 * the headers (`../abi/structs.ts`); a few are shapes no header names, written down here.
 * `encode.ts` lays the bytes out; `print.ts` writes `open_how{flags=O_PATH|O_CLOEXEC}`.
 */
import { STRUCTS } from "../abi/structs.ts";

export interface StructLayout {
  size: number;
  fields: Record<string, FieldLayout>;
}

export interface FieldLayout {
  offset: number;
  size: number;
  /** The upper 32 bits of the field stand here instead of behind the lower ones. */
  upperHalfAt?: number;
  /** A string stands in the struct itself, NUL-padded, not behind a pointer. */
  inline?: true;
}

const layouts = {
  ...STRUCTS,
  /** Two `__user_cap_data_struct` in a row (man 2 capset): the lower 32 capabilities of all three sets, then the upper. */
  capability_sets: {
    size: 24,
    fields: {
      effective: { offset: 0, size: 8, upperHalfAt: 12 },
      permitted: { offset: 4, size: 8, upperHalfAt: 16 },
      inheritable: { offset: 8, size: 8, upperHalfAt: 20 },
    },
  },
  /** A `cmsghdr` with the one descriptor it carries (man 3 cmsg, SCM_RIGHTS). */
  cmsg_descriptor: {
    size: 24,
    fields: { ...STRUCTS.cmsghdr.fields, descriptor: { offset: 16, size: 4 } },
  },
  /** man 7 unix; the path keeps a NUL at its end. */
  sockaddr_un: {
    size: 110,
    fields: { sun_family: { offset: 0, size: 2 }, sun_path: { offset: 2, size: 108, inline: true } },
  },
  /** One C int, for a number that is handed on as it is. */
  int: { size: 4, fields: { value: { offset: 0, size: 4 } } },
  /** The kernel's signal set: signal n is bit n-1. */
  sigset: { size: 8, fields: { signals: { offset: 0, size: 8 } } },
} as const satisfies Record<string, StructLayout>;

export type StructName = keyof typeof layouts;

/** Field names of a struct, for typed constructors. */
export type FieldOf<Name extends StructName> = Extract<keyof (typeof layouts)[Name]["fields"], string>;

export function structLayout(name: StructName): StructLayout {
  return layouts[name];
}

/** Bytes the struct takes, for the `size` argument many calls want beside the pointer. */
export function structSize(name: StructName): number {
  return layouts[name].size;
}

export function isStructName(name: string): name is StructName {
  return Object.hasOwn(layouts, name);
}
