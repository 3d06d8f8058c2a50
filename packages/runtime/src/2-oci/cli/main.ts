/** From arguments to an exit code: finds the verb, gives it a log and a root, and says what went wrong. */

import { GlassboxError, messageOf } from "../../0-base/mod.ts";
import { defaultRoot, parseRootless, readStanding } from "../facts/standing.ts";
import { type Context, text, type Verb } from "../verbs/verb.ts";
import { GLOBAL_FLAGS, type Parsed, parseFlags } from "./arguments.ts";
import { COMMANDS } from "./commands.ts";
import { Log } from "./log.ts";
import { print, printError } from "./output.ts";

/** Never throws. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  let log = new Log({ json: false, debug: false });
  let errorCode = 1;
  try {
    const { values, rest } = parseFlags(args, GLOBAL_FLAGS, false);
    const file = values.log;
    const format = values["log-format"] ?? "text";
    if (format !== "text" && format !== "json") {
      throw new GlassboxError("invalid argument", `invalid log-format "${format}"`, { hint: "Use text or json" });
    }
    log = new Log({
      file: typeof file === "string" ? file : undefined,
      json: format === "json",
      debug: values.debug === true,
    });
    const [name, ...commandArgs] = rest;
    if (values.version) return show((await import("./help.ts")).versionText());
    if (values.help || name === undefined || name === "help") return await help(commandArgs[0]);
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!load) return unknownCommand(name, commandArgs);
    const verb = await load();
    const root = text(values, "root") ?? defaultRoot(readStanding(), process.env);
    const criu = text(values, "criu");
    const context: Context = {
      root,
      log,
      systemdCgroup: values["systemd-cgroup"] === true,
      ...(criu ? { criu } : {}),
    };
    const parsed = readCommand(name, verb, commandArgs);
    if (parsed.values.help) return show((await import("./help.ts")).commandHelp(name, verb));
    if (verb.readsRootless) context.rootless = parseRootless(text(values, "rootless"));
    context.log.debug(`${name} ${parsed.rest.join(" ")}`);
    errorCode = verb.errorCode ?? 1;
    const code = await verb.run(context, parsed.values, parsed.rest);
    log.succeeded();
    return code;
  } catch (thrown) {
    log.error(messageOf(thrown), thrown instanceof GlassboxError ? thrown.hint : undefined);
    if (thrown instanceof GlassboxError) for (const failure of thrown.undoFailures) log.warn(messageOf(failure));
    return errorCode;
  }
}

/** @throws GlassboxError invalid argument */
function readCommand(name: string, verb: Verb, args: string[]): Parsed {
  const flags = { ...verb.flags, help: { type: "boolean" as const, short: "h", help: "" } };
  const parsed = parseFlags(args, flags, !verb.flagsFirst);
  if (parsed.values.help) return parsed;
  if (verb.args === "" && parsed.rest.length > 0) {
    throw new GlassboxError(
      "invalid argument",
      `"${name}" requires exactly 0 arguments, not "${parsed.rest.join(" ")}"`,
      {
        hint: `glassrun ${name} --help`,
      },
    );
  }
  verb.check?.(parsed.values, parsed.rest);
  return parsed;
}

async function help(name: string | undefined): Promise<number> {
  const texts = await import("./help.ts");
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (name !== undefined && !load) return unknownCommand(name, ["-h"]);
  return show(load && name !== undefined ? texts.commandHelp(name, await load()) : await texts.mainHelp());
}

function unknownCommand(name: string, args: string[]): number {
  const asked = args.includes("-h") || args.includes("--help");
  printError(`No help topic for '${name}'\n${asked ? "" : "  hint: glassrun --help lists the commands\n"}`);
  return 3;
}

function show(text: string): number {
  print(text);
  return 0;
}
