/**
 * The options of `npm start`, read with Node's own parser.
 */
import { parseArgs } from "node:util";
import { Refusal } from "../setup/refusal.mjs";

export const help = `npm start -- [OPTION]...

Set everything up, run Glassbox and print the address to open.

  --port PORT  the page's port (4321)
  --host HOST  the address to listen on (127.0.0.1: only this machine can connect)
  --vm         in a lab VM booted for the purpose
  --here       on this machine itself, as root
  --yes, -y    install missing system packages without asking
  --help       print this

Without --vm or --here it runs in place where the machine may be thrown away, and in a lab VM elsewhere;
docs/decisions/0001-where-it-runs.md says how that is decided.`;

/**
 * @param {string[]} args
 * @returns {{ port: number, host: string, vm: boolean, here: boolean, yes: boolean, help: boolean }}
 * @throws {Refusal}
 */
export function readOptions(args) {
  const options = {
    port: { type: "string", default: "4321" },
    host: { type: "string", default: "127.0.0.1" },
    vm: { type: "boolean", default: false },
    here: { type: "boolean", default: false },
    yes: { type: "boolean", short: "y", default: false },
    help: { type: "boolean", short: "h", default: false },
  };
  let values;
  try {
    ({ values } = parseArgs({ args, options, strict: true }));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split(/[.\n]/)[0] : String(cause);
    throw new Refusal(`Cannot read the options: ${message}`, "npm start -- --help lists them", { cause });
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Refusal(`"${values.port}" is no port`, "Give a number from 1 to 65535, for example --port 4322");
  }
  if (values.vm && values.here) throw new Refusal("--vm and --here cannot both be", "Give one of them, or neither");
  return { ...values, port };
}
