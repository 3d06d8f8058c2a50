/** A bundle on disk: a directory with `config.json` and, most often, the root file system beside it. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { GlassboxError, messageOf } from "../../0-base/mod.ts";
import type { Config } from "./config.ts";
import { validateConfig } from "./validate.ts";

export interface Bundle {
  /** Absolute. */
  path: string;
  config: Config;
  rootfs: string;
}

/** @throws GlassboxError not found without `config.json`, invalid argument for one that cannot be used */
export function readBundle(path: string): Bundle {
  const absolute = resolve(path);
  const file = join(absolute, "config.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new GlassboxError("not found", `Cannot read "${file}": ${messageOf(cause)}`, {
      cause,
      hint: "A bundle is a directory with config.json in it; glassrun spec writes one to start from",
    });
  }
  const config = validateConfig(parse(text, file), file);
  return { path: absolute, config, rootfs: resolve(absolute, config.root?.path ?? "rootfs") };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GlassboxError("invalid argument", `Cannot use "${file}": it is not JSON: ${messageOf(cause)}`, { cause });
  }
}
