/**
 * Slots keep a picture still: each child of a parent has a numbered place, a new child takes the first free one, and
 * a child that went leaves its place empty until somebody else needs it. So nothing moves because a neighbour came or
 * went, which matters in a shell where `ls` comes and goes every few seconds.
 */

/** Child id at each place; null is a free place. */
export type Slots = readonly (string | null)[];

/**
 * Places for `children` (in order of arrival), keeping those of `previous`. `ghosts` are children that are gone and
 * still drawn for a moment: they keep their place until somebody needs it, and lose it then. Free places at the end
 * are dropped.
 */
export function assignSlots(previous: Slots, children: readonly string[], ghosts: readonly string[] = []): Slots {
  const living = new Set(children);
  const fading = new Set(ghosts);
  const slots: (string | null)[] = previous.map((id) => (id !== null && living.has(id) ? id : null));
  const placed = new Set(slots);
  for (const child of children) {
    if (placed.has(child)) continue;
    placed.add(child);
    const free = slots.indexOf(null);
    if (free === -1) slots.push(child);
    else slots[free] = child;
  }
  for (const [place, id] of previous.entries()) {
    if (id !== null && fading.has(id) && slots[place] === null) slots[place] = id;
  }
  while (slots.at(-1) === null) slots.pop();
  return slots;
}
