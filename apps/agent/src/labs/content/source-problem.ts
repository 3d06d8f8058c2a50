/**
 * A mistake in a lab's source, with the place to look. Everything that reads labs collects these instead of stopping at
 * the first, so that an author sees all of them at once. `lint-command.ts` prints them; the loader refuses on any.
 */

export interface SourceProblem {
  /** Path as given to the reader, relative to the labs' folder or the repository. */
  file: string;
  /** From 1. */
  line: number;
  message: string;
}

/** `labs/001-x/01-y/check.yaml:7: Unknown key "lte"`, the form editors turn into a link. */
export function formatProblem(problem: SourceProblem): string {
  return `${problem.file}:${problem.line}: ${problem.message}`;
}

/** The line (from 1) on which the character at `offset` stands. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf("\n"); index !== -1 && index < offset; index = text.indexOf("\n", index + 1)) line++;
  return line;
}
