/**
 * What a command of the command line is: its flags with a sentence each, and what it does. One verb a file; the table
 * of them is `../cli/commands.ts`, which loads a file only when its verb is asked for.
 */
import type { Plan } from "../../1-kernel/mod.ts";
import type { Log } from "../cli/log.ts";

export interface Flag {
  type: "string" | "boolean";
  short?: string;
  multiple?: true;
  /** What a value looks like in the help: `PATH`. */
  value?: string;
  help: string;
}

export interface Context {
  /** Directory of container states. */
  root: string;
  /** The flag of that name, for a verb that has `readsRootless`; undefined for `auto`. */
  rootless?: boolean | undefined;
  log: Log;
  /** Containers are made in units of systemd's. */
  systemdCgroup?: boolean;
  /** Where criu is, if not in PATH. */
  criu?: string;
  /** Has the last word on a plan before it is performed: how a test stops it at a certain call. */
  alter?: (plan: Plan) => Plan;
}

export type Values = Record<string, string | boolean | string[] | undefined>;

export interface Verb {
  /** As in the help: `ID [SIGNAL]`. */
  args: string;
  summary: string;
  description?: string;
  flags: Record<string, Flag>;
  /** Everything after the first argument that is no flag belongs to the container: `exec ID ls -l`. */
  flagsFirst?: true;
  /** The global flag `--rootless` is looked at; others take any value of it, as with runc. */
  readsRootless?: true;
  /** Exit code of an error; a wrong command line is always 1. @default 1 */
  errorCode?: number;
  /** Looks at the command line before anything is done. @throws GlassboxError invalid argument */
  check?(values: Values, args: string[]): void;
  /** @returns the exit code */
  run(context: Context, values: Values, args: string[]): Promise<number>;
}

export function text(values: Values, flag: string): string | undefined {
  const value = values[flag];
  return typeof value === "string" ? value : undefined;
}

export function texts(values: Values, flag: string): string[] {
  const value = values[flag];
  return Array.isArray(value) ? value : [];
}
