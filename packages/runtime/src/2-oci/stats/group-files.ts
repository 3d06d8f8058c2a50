/**
 * Reading the files of a container's cgroups by controller, whichever version they are in. Every number is a bigint:
 * "no limit" on v1 is close to 2^63, which a JavaScript number would round.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CgroupDirectory } from "../../1-kernel/mod.ts";

export interface GroupFiles {
  version: 1 | 2;
  /** Text of a file of that controller's group; undefined where this kernel has no such controller or file. */
  read(controller: string, file: string): string | undefined;
}

export function groupFiles(places: readonly CgroupDirectory[]): GroupFiles {
  return {
    version: places[0]?.version ?? 2,
    read(controller, file) {
      const place = places.find(({ version, controllers }) => version === 2 || controllers.includes(controller));
      if (!place) return undefined;
      try {
        return readFileSync(join(place.directory, file), "utf8");
      } catch {
        // ENOENT: a file of newer kernels. ENODEV, EOPNOTSUPP: the controller is there and switched off.
        return undefined;
      }
    },
  };
}

/** What v2's files mean by `max`, as runc says it: the largest number of 64 bits. */
export const MAX = 2n ** 64n - 1n;

/** A file with one number. 0 where there is none. */
export function parseNumber(text: string | undefined): bigint {
  const word = text?.trim() ?? "";
  if (word === "max") return MAX;
  return /^-?\d+$/.test(word) ? BigInt(word) : 0n;
}

/** A file with a name and a number a line ("flat keyed", cgroup-v2.rst). */
export function parseKeyed(text: string | undefined): Record<string, bigint> {
  const pairs = (text ?? "").split("\n").map((line) => line.split(" "));
  return Object.fromEntries(pairs.flatMap(([key, value]) => (key && value ? [[key, parseNumber(value)]] : [])));
}

/** Leaves out what is zero, as runc's Go types do (`omitempty`). */
export function nonZero<Fields extends Record<string, bigint | bigint[] | undefined>>(fields: Fields): Partial<Fields> {
  const there = Object.entries(fields).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value));
  return Object.fromEntries(there) as Partial<Fields>;
}
