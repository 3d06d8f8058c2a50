/**
 * The command line, as runc's callers write it: global flags, a command, its flags, its arguments. One dash is as good as
 * two for long flags, because Go's parsers take both and real callers use both.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import type { Flag, Values } from "../verbs/verb.ts";

export const GLOBAL_FLAGS: Record<string, Flag> = {
  root: { type: "string", value: "DIR", help: "directory of container states (default: /run/glassrun)" },
  log: { type: "string", value: "FILE", help: "file to write errors to (default: standard error)" },
  "log-format": { type: "string", value: "text|json", help: "how to write them (default: text)" },
  debug: { type: "boolean", help: "say what is done" },
  "systemd-cgroup": { type: "boolean", help: "have systemd make the cgroup, as a scope" },
  rootless: {
    type: "string",
    value: "true|false|auto",
    help: "do without cgroups that may not be made (default: auto, as root: no)",
  },
  criu: { type: "string", value: "PATH", help: "program that checkpoint and restore ask (default: criu in PATH)" },
  version: { type: "boolean", short: "v", help: "print versions" },
  help: { type: "boolean", short: "h", help: "print this" },
};

export interface Parsed {
  values: Values;
  rest: string[];
}

/**
 * Reads flags until the first argument that is none, or, with `mixed`, all of them.
 * @throws GlassboxError invalid argument for a flag that is not known or lacks its value
 */
export function parseFlags(args: readonly string[], flags: Record<string, Flag>, mixed: boolean): Parsed {
  const values: Values = {};
  const rest: string[] = [];
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    if (arg === "--") return { values, rest: [...rest, ...left] };
    // A negative number is an argument, and so is a lone dash.
    if (!/^-{1,2}[A-Za-z]/.test(arg)) {
      rest.push(arg);
      if (!mixed) return { values, rest: [...rest, ...left] };
      continue;
    }
    const [name = "", inline] = splitOnce(arg.replace(/^-{1,2}/, ""));
    const found = Object.entries(flags).find(([long, { short }]) => long === name || short === name);
    if (!found) throw new GlassboxError("invalid argument", `flag provided but not defined: -${name}`);
    const [long, flag] = found;
    if (flag.type === "boolean") {
      values[long] = inline === undefined ? true : inline === "true" || inline === "1";
      continue;
    }
    const value = inline ?? left.shift();
    if (value === undefined) throw new GlassboxError("invalid argument", `flag needs an argument: -${name}`);
    const before = values[long];
    values[long] = flag.multiple ? [...(Array.isArray(before) ? before : []), value] : value;
  }
  return { values, rest };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
