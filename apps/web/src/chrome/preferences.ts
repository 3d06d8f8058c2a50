/** What a person chose once and should find again: theme, sizes of panes, names of tabs. Kept in this browser only. */

const PREFIX = "glassbox:";

/** The stored choice, or undefined. Private windows may refuse storage: then nothing is remembered, and nothing breaks. */
export function preference(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function setPreference(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Not remembered, see above.
  }
}
