/**
 * Where the native programs (`sysrun`, `kwatch`) are: `build/native/` of this checkout, found from this file upwards,
 * which works from the sources as well as from a bundle in `build/`. In an executable that Bun compiled, files have made-up
 * names; the executable itself is in `build/` too.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { GlassboxError } from "../0-base/mod.ts";

/** @throws GlassboxError "not found" when it has not been built */
export function nativeProgram(name: "kwatch" | "sysrun"): string {
  const compiled = process.argv[1]?.startsWith("/$bunfs/") ?? false;
  // Not by node:url, which Bun takes 4 ms to load: this is on the way of every `glassrun`.
  const here = compiled ? process.execPath : decodeURIComponent(new URL(import.meta.url).pathname);
  for (let directory = dirname(here); ; directory = dirname(directory)) {
    const path = join(directory, "build", "native", name);
    if (existsSync(path)) return path;
    if (directory === dirname(directory))
      throw new GlassboxError("not found", `Cannot find the native program "${name}": it has not been built`, {
        hint: "Run node scripts/build.mjs native",
      });
  }
}
