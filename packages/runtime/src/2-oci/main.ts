/** The `glassrun` program: `bin/glassrun` starts a bundle of this file. */
import { main } from "./cli/main.ts";

process.exitCode = await main(process.argv.slice(2));
