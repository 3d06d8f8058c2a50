/** `spec`: write a `config.json` to start from. */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { defaultConfig, rootlessConfig } from "../spec/default-config.ts";
import { text, type Verb } from "./verb.ts";

export const spec: Verb = {
  args: "",
  summary: "write a new config.json",
  flags: {
    bundle: { type: "string", short: "b", value: "PATH", help: "directory of the bundle (default: the current one)" },
    rootless: { type: "boolean", help: "write one for a user who is not root" },
  },
  async run(_context, values) {
    const file = join(resolve(text(values, "bundle") ?? "."), "config.json");
    if (existsSync(file)) {
      throw new GlassboxError("already exists", `File ${file} exists. Remove it first`);
    }
    const config = values.rootless
      ? rootlessConfig(process.geteuid?.() ?? 0, process.getegid?.() ?? 0)
      : defaultConfig();
    writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o666 });
    return 0;
  },
};
