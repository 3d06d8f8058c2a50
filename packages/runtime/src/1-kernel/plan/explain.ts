/**
 * A plan as a page to read from top to bottom: for each call what it is for, the call itself, the field of `config.json`
 * behind it, and what may come back. `glassrun plan --explain` prints it; `print.ts` has the short form.
 */
import type { Op, Plan } from "./plan.ts";
import { printCall } from "./print.ts";

const LINE_COLUMNS = 100;
const INDENT = "     ";

export function explainPlan(plan: Plan): string {
  const calls = plan.programs.reduce((count, program) => count + program.ops.length, 0);
  const processes = plan.programs.length === 1 ? "one process" : `${plan.programs.length} processes`;
  const lines = [`This plan makes ${calls} system calls in ${processes}.`];
  for (const [index, program] of plan.programs.entries()) {
    const maker = plan.programs.find((other) => other.ops.some((op) => clones(op, program.name)));
    const where = index === 0 || !maker ? "runs in sysrun itself" : `runs in a process that "${maker.name}" makes`;
    lines.push("", `Program "${program.name}" ${where}:`);
    for (const [position, op] of program.ops.entries()) lines.push("", ...explainOp(op, position));
  }
  return `${lines.join("\n")}\n`;
}

function explainOp(op: Op, position: number): string[] {
  const number = `${position + 1}.`.padStart(4);
  const [first = "", ...more] = wrap(op.why === "" ? "(no reason given)" : op.why);
  const notes = [
    ...(op.from === undefined ? [] : [`Asked for by config.json${op.from === "" ? "" : `, field ${op.from}`}.`]),
    ...(op.result === undefined ? [] : [`What it returns is called $${op.result} from here on.`]),
    ...outs(op).map((name) => `It fills in $${name}.`),
    ...(op.expect === undefined ? [] : [`It has to return ${op.expect}; anything else ends the plan.`]),
    ...(op.allow === undefined ? [] : [`${listOf(op.allow)} would be fine too.`]),
    ...(["tell", "relay", "outlive"].includes(op.call) ? [] : [`See: man 2 ${manPage(op.call)}`]),
  ];
  return [
    `${number} ${first}`,
    ...indented(more),
    `${INDENT}  ${printCall(op, { abridged: true })}`,
    ...indented(notes),
  ];
}

function clones(op: Op, program: string): boolean {
  return op.args.some((arg) => arg.kind === "program" && arg.name === program);
}

function outs(op: Op): string[] {
  const inArgs = op.args.flatMap((arg) => (arg.kind === "struct" ? Object.values(arg.fields) : [arg]));
  return inArgs.flatMap((arg) => (arg.kind === "out" ? arg.names : []));
}

/** A few calls are described under another name. */
function manPage(call: string): string {
  const pages: Record<string, string> = { rt_sigprocmask: "sigprocmask", prlimit64: "prlimit" };
  return pages[call] ?? call;
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `${INDENT}${line}`);
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_COLUMNS - INDENT.length) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
