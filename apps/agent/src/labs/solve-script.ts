/**
 * A step's `solve.sh`: what a learner would type, line by line, into named terminals. The lab tests type it into a pty,
 * the browser tests into the page, and `LabsBackend.solution` shows it. It is no shell script to execute: a line may be
 * typed into a program that the line before started.
 *
 * - `# terminal: watch` the following lines go there; it starts at `main`
 * - `# wait: TEXT` go on when TEXT has appeared in that terminal since the last line was typed
 * - `# key: C-c` press a key
 * - `# undo` (in wrong-*.sh) what follows puts back what the wrong way did, after the check was seen to fail
 * - any other comment is for the reader, and typed nowhere
 */

export type SolveAction =
  | { kind: "terminal"; name: string }
  | { kind: "type"; line: string }
  | { kind: "wait"; text: string }
  | { kind: "key"; key: string }
  | { kind: "undo" };

const DIRECTIVE = /^#\s*(terminal|wait|key):\s*(.+)$/;

export function parseSolveScript(text: string): SolveAction[] {
  return text.split("\n").flatMap((raw): SolveAction[] => {
    const line = raw.trim();
    if (line === "") return [];
    if (!line.startsWith("#")) return [{ kind: "type", line }];
    if (line === "# undo") return [{ kind: "undo" }];
    const [, directive, argument] = DIRECTIVE.exec(line) ?? [];
    if (argument === undefined) return [];
    if (directive === "terminal") return [{ kind: "terminal", name: argument }];
    return directive === "wait" ? [{ kind: "wait", text: argument }] : [{ kind: "key", key: argument }];
  });
}

/** The bytes a terminal sends for `C-c`, `C-d` and the like, or `Enter`. */
export function keyBytes(key: string): string {
  if (key === "Enter") return "\r";
  const letter = /^C-([a-z])$/.exec(key)?.[1];
  if (letter === undefined) throw new Error(`Unknown key "${key}": write C-c or Enter`);
  return String.fromCharCode(letter.charCodeAt(0) - 96);
}
