/** Help and version texts, laid out as runc's, which scripts look into. */
import { OCI_VERSION } from "../spec/version.ts";
import type { Flag, Verb } from "../verbs/verb.ts";
import { GLOBAL_FLAGS } from "./arguments.ts";
import { COMMANDS } from "./commands.ts";

const VERSION = "0.1.0";

/** Callers parse the first line as `NAME version X`. */
export function versionText(): string {
  return `glassrun version ${VERSION}\ncommit: unknown\nspec: ${OCI_VERSION}\n`;
}

export async function mainHelp(): Promise<string> {
  const verbs = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => `   ${name.padEnd(10)} ${(await load()).summary}\n`),
  );
  return `NAME:
   glassrun - Open Container Initiative runtime

USAGE:
   glassrun [global options] command [command options] [arguments...]

   A container is a list of system calls: glassrun plan BUNDLE prints it.

COMMANDS:
${verbs.join("")}
GLOBAL OPTIONS:
${flagLines(GLOBAL_FLAGS)}`;
}

export function commandHelp(name: string, verb: Verb): string {
  const description = verb.description ? `\nDESCRIPTION:\n   ${verb.description}\n` : "";
  return `NAME:
   glassrun ${name} - ${verb.summary}

USAGE:
   glassrun ${name} [command options] ${verb.args}
${description}
OPTIONS:
${flagLines({ ...verb.flags, help: { type: "boolean", short: "h", help: "print this" } })}`;
}

function flagLines(flags: Record<string, Flag>): string {
  return Object.entries(flags)
    .map(([name, { short, value, help }]) => {
      const left = `--${name}${value ? ` ${value}` : ""}${short ? `, -${short}` : ""}`;
      return `   ${left.padEnd(34)} ${help}\n`;
    })
    .join("");
}
