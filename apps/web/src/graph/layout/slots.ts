/**
 * Slots keep a picture still: each child of a parent has a numbered place, a new child takes the first free one, and
 * a child that went leaves its place empty until somebody else needs it. So nothing moves because a neighbour came or
 * went, which matters in a shell where `ls` comes and goes every few seconds.
 */

/** Child id at each place; null is a free place. */
export type Slots = readonly (string | null)[];

/** Places for `children` (in order of arrival), keeping those of `previous`. Free places at the end are dropped. */
export function assignSlots(previous: Slots, children: readonly string[]): Slots {
  const present = new Set(children);
  const slots: (string | null)[] = previous.map((id) => (id !== null && present.has(id) ? id : null));
  const placed = new Set(slots);
  for (const child of children) {
    if (placed.has(child)) continue;
    placed.add(child);
    const free = slots.indexOf(null);
    if (free === -1) slots.push(child);
    else slots[free] = child;
  }
  while (slots.at(-1) === null) slots.pop();
  return slots;
}
