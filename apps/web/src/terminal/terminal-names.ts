/** Names for new terminals: words, because lessons speak of "the second terminal" and a lab's text names them. */
const NAMES = ["main", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];

/** The first name not taken; after the eighth, letters are added. */
export function freeName(taken: readonly string[]): string {
  for (let round = 0; ; round += 1) {
    const suffix = "x".repeat(round);
    const free = NAMES.map((name) => name + suffix).find((name) => !taken.includes(name));
    if (free) return free;
  }
}
