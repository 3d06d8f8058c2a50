/**
 * Id maps of user namespaces: which uid outside stands behind a uid inside, as lines of `/proc/PID/uid_map`
 * (man 7 user_namespaces). The kernel takes the whole map in one write, once; so mistakes are found here, before it.
 */

/** One line: `length` ids from `inside` on are `outside`, `outside + 1`, ... as the parent namespace sees them. */
export interface IdMapping {
  inside: number;
  outside: number;
  length: number;
}

/** The kernel's own bound on lines a map (man 7 user_namespaces, since Linux 4.15). */
const ID_MAP_MAX_LINES = 340;

/** The text to write to `uid_map` or `gid_map`. */
export function formatIdMap(mappings: readonly IdMapping[]): string {
  return mappings.map(({ inside, outside, length }) => `${inside} ${outside} ${length}\n`).join("");
}

/** Reads what the kernel prints in `uid_map`: three right-aligned numbers a line. */
export function parseIdMap(text: string): IdMapping[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [inside = 0, outside = 0, length = 0] = line.trim().split(/\s+/).map(Number);
      return { inside, outside, length };
    });
}

/** What is wrong with a map, one sentence, or undefined: the kernel would answer EINVAL without saying which line. */
export function idMapProblem(mappings: readonly IdMapping[]): string | undefined {
  if (mappings.length > ID_MAP_MAX_LINES)
    return `it has ${mappings.length} lines, and the kernel takes at most ${ID_MAP_MAX_LINES}`;
  for (const [index, line] of mappings.entries()) {
    const { inside, outside, length } = line;
    if (length < 1) return `line ${index} maps no ids (size ${length})`;
    if (inside + length > 2 ** 32 - 1 || outside + length > 2 ** 32 - 1) return `line ${index} goes past the last id`;
    const clash = mappings.findIndex(
      (other, otherIndex) =>
        otherIndex < index &&
        (overlaps(inside, length, other.inside, other.length) ||
          overlaps(outside, length, other.outside, other.length)),
    );
    if (clash >= 0) return `line ${index} overlaps line ${clash}`;
  }
  return undefined;
}

function overlaps(a: number, aLength: number, b: number, bLength: number): boolean {
  return a < b + bLength && b < a + aLength;
}
