/** Why an engine's tests cannot run on this machine, for them to skip aloud. */
import { existsSync, statSync } from "node:fs";
import { checkout, glassrun, imageLayout } from "./places.ts";

const PROGRAM_DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * @param programs that the engine's tests start, found in the usual directories, or by absolute path
 * @returns a reason, or false: as `test()` wants it in `skip`
 */
export function whyNot(...programs: string[]): string | false {
  if (process.getuid?.() !== 0) return "needs root, to make a machine of its own for an engine";
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length > 0) return `there is no ${missing.join(", no ")} on this machine`;
  for (const made of [`${checkout}/build/glassrun.mjs`, imageLayout, glassrun]) {
    if (!existsSync(made)) return `${made} has not been built: node scripts/build.mjs`;
  }
  return false;
}

function isThere(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  return PROGRAM_DIRECTORIES.some((directory) => existsSync(`${directory}/${program}`));
}

/** Why a user of the machine cannot run glassrun, or false: a checkout below /root is root's alone. */
export function whyNotAsUser(): string | false {
  const parts = checkout.split("/");
  const above = parts.map((_, index) => parts.slice(0, index + 1).join("/") || "/");
  const closed = above.find((directory) => (statSync(directory).mode & 0o001) === 0);
  return closed === undefined ? false : `only root may go through "${closed}", where the checkout is`;
}
