/** `list`: every container below the state directory. */

import { GlassboxError } from "../../0-base/mod.ts";
import { print } from "../cli/output.ts";
import { listContainers } from "../state/store.ts";
import { alignColumns } from "./table.ts";
import { text, type Verb } from "./verb.ts";

export const list: Verb = {
  args: "",
  summary: "list containers",
  flags: {
    format: { type: "string", short: "f", value: "table|json", help: "how to print them (default: table)" },
    quiet: { type: "boolean", short: "q", help: "print only ids" },
  },
  async run(context, values) {
    const containers = listContainers(context.root, ({ message }) => context.log.warn(message));
    const format = text(values, "format") ?? "table";
    if (values.quiet) {
      print(containers.map(({ id }) => `${id}\n`).join(""));
    } else if (format === "json") {
      print(JSON.stringify(containers));
    } else if (format === "table") {
      const rows = containers.map(({ id, pid, status, bundle, created, owner }) => [
        id,
        `${pid}`,
        status,
        bundle,
        created,
        owner,
      ]);
      print(alignColumns([["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"], ...rows]));
    } else {
      throw new GlassboxError("invalid argument", `invalid format option "${format}"`, { hint: "Use table or json" });
    }
    return 0;
  },
};
