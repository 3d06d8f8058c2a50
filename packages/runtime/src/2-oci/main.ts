/** The `glassrun` program: `bin/glassrun` starts a bundle of this file. */
import { main } from "./cli/main.ts";

// No top-level await: Bun can keep compiled code only for a file without one.
main(process.argv.slice(2)).then((code) => {
  // At once: all is written by then, and an engine that is about to vanish need not be torn down first.
  process.exit(code);
});
