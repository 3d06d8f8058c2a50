/** The `glassrun` program: `bin/glassrun` starts a bundle of this file. */
import { main } from "./cli/main.ts";

// No top-level await: Bun can keep compiled code only for a file without one.
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
