/** `plan`: print what `run` would do, each system call with its reason and the field of `config.json` behind it. */

import { resolve } from "node:path";
import { explainPlan, printPlan } from "../../1-kernel/mod.ts";
import { print } from "../cli/output.ts";
import { planBundle } from "../plan-bundle.ts";
import { text, type Verb } from "./verb.ts";

export const plan: Verb = {
  args: "[BUNDLE]",
  summary: "print the system calls that run would make, and why",
  description: "Nothing is performed. What depends on this machine (cgroups, limits, capabilities) is looked up.",
  flags: {
    bundle: { type: "string", short: "b", value: "PATH", help: "directory of the bundle (default: the current one)" },
    id: { type: "string", value: "ID", help: "id the container would have (default: the bundle's name)" },
    mode: { type: "string", value: "run|create|detach", help: "which command to plan for (default: run)" },
    explain: { type: "boolean", help: "print it as prose, a paragraph a call" },
    json: { type: "boolean", help: "print it as JSON" },
  },
  async run(context, values, args) {
    const bundle = resolve(args[0] ?? text(values, "bundle") ?? ".");
    const mode = text(values, "mode");
    const id = text(values, "id");
    const planned = planBundle(bundle, {
      ...(id === undefined ? {} : { id }),
      ...(mode === "create" || mode === "detach" ? { mode } : {}),
      root: context.root,
    });
    for (const warning of planned.warnings) context.log.warn(warning);
    if (values.json) {
      print(`${JSON.stringify(planned.plan, jsonValue, 2)}\n`);
    } else {
      print(values.explain ? explainPlan(planned.plan) : printPlan(planned.plan));
    }
    return 0;
  },
};

/** Bytes as hexadecimal digits and numbers above 2^53 as text: JSON has neither. */
function jsonValue(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return typeof value === "bigint" ? value.toString() : value;
}
