/** `ps`: the processes of a container, found by its cgroup. */

import { GlassboxError } from "../../0-base/mod.ts";
import { processesIn } from "../../1-kernel/mod.ts";
import { print } from "../cli/output.ts";
import { load } from "../state/store.ts";
import { processPlace } from "./cleanup.ts";
import { text, type Verb } from "./verb.ts";

export const ps: Verb = {
  args: "ID [PS-OPTIONS...]",
  readsRootless: true,
  summary: "list the processes of a container",
  flagsFirst: true,
  flags: { format: { type: "string", short: "f", value: "table|json", help: "how to print them (default: table)" } },
  async run(context, values, args) {
    const [id, ...options] = args;
    if (id === undefined) throw new GlassboxError("invalid argument", '"ps" requires a container id');
    const format = text(values, "format") ?? "table";
    if (format !== "table" && format !== "json") {
      throw new GlassboxError("invalid argument", `invalid format option "${format}"`, { hint: "Use table or json" });
    }
    const { stored } = load(context.root, id);
    const place = processPlace(stored);
    if (!place) {
      throw new GlassboxError("not supported", `Cannot list the processes of container "${id}": it has no cgroup`, {
        hint: "Without root, a container has one only where a group has been handed over to the user",
      });
    }
    const pids = processesIn(place);
    if (format === "json") {
      print(`${JSON.stringify(pids)}\n`);
      return 0;
    }
    const { execFileSync } = await import("node:child_process");
    const [header = "", ...lines] = execFileSync("ps", options.length > 0 ? options : ["-ef"], {
      encoding: "utf8",
    }).split("\n");
    const column = header.trim().split(/\s+/).indexOf("PID");
    if (column < 0) throw new GlassboxError("invalid argument", "couldn't find PID field in ps output");
    const ours = lines.filter((line) => pids.includes(Number(line.trim().split(/\s+/)[column])));
    print(`${[header, ...ours].join("\n")}\n`);
    return 0;
  },
};
