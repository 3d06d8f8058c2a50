/** The agent's command line, read with Node's own parser. `npm start` is what people type; it passes these on. */
import path from "node:path";
import { parseArgs } from "node:util";
import type { MachineInfo } from "@glassbox/protocol";
import { GlassboxError, messageOf } from "@glassbox/runtime/base";

export const help = `glassboxd [OPTION]...

The Glassbox agent: serves the page and everything behind it, as root. npm start runs it.

  --port PORT        the page's port (4321); 0 takes any free one
  --host HOST        the address to listen on (127.0.0.1)
  --allow-host NAME  a further name, or NAME:PORT, under which it may be reached; may be given often
  --place here|vm    whether this machine is the lab VM; only told to the page (here)
  --token-file FILE  take the tokens from this file, or write them to it when it is not there
  --ready-fd FD      write {"url":...} to this descriptor when ready, and print nothing
  --web-dir DIR      the page's files (build/web)
  --data-dir DIR     the labs' working directories and progress (/var/lib/glassbox)
  --run-dir DIR      what is gone after a reboot: pid file, which labs are open (/run/glassbox)
  --help             print this`;

export interface AgentOptions {
  port: number;
  host: string;
  allowHosts: string[];
  place: MachineInfo["place"];
  tokenFile: string | undefined;
  readyFd: number | undefined;
  webDir: string;
  dataDir: string;
  runDir: string;
}

/**
 * @param checkout where `build/` is
 * @returns "help" when that is what was asked for
 * @throws GlassboxError "invalid argument" that names the option
 */
export function readOptions(args: string[], checkout: string): AgentOptions | "help" {
  const values = parse(args);
  if (values.help) return "help";
  const { host, place } = values;
  if (place !== "here" && place !== "vm") throw wrong("--place", place, `"here" or "vm"`);
  return {
    port: integer("--port", values.port, 65_535),
    host,
    place,
    allowHosts: values["allow-host"] ?? [],
    tokenFile: values["token-file"],
    readyFd: values["ready-fd"] === undefined ? undefined : integer("--ready-fd", values["ready-fd"], 65_535),
    webDir: path.resolve(values["web-dir"] ?? path.join(checkout, "build/web")),
    dataDir: path.resolve(values["data-dir"]),
    runDir: path.resolve(values["run-dir"]),
  };
}

function parse(args: string[]) {
  const options = {
    port: { type: "string", default: "4321" },
    host: { type: "string", default: "127.0.0.1" },
    "allow-host": { type: "string", multiple: true },
    place: { type: "string", default: "here" },
    "token-file": { type: "string" },
    "ready-fd": { type: "string" },
    "web-dir": { type: "string" },
    "data-dir": { type: "string", default: "/var/lib/glassbox" },
    "run-dir": { type: "string", default: "/run/glassbox" },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (cause) {
    throw new GlassboxError("invalid argument", messageOf(cause), {
      hint: "glassboxd --help lists the options",
      cause,
    });
  }
}

function integer(option: string, text: string, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > max) throw wrong(option, text, `a number from 0 to ${max}`);
  return number;
}

function wrong(option: string, given: string, wanted: string): GlassboxError {
  return new GlassboxError("invalid argument", `Cannot use ${option} "${given}": it takes ${wanted}`);
}
