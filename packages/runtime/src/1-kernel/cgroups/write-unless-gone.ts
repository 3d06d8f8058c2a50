/**
 * Writing to a cgroup that may go at any moment: systemd removes a scope as soon as nobody is in it. Reading such a file is
 * `readProcFile` in `procfs/proc-file.ts`.
 */
import { writeFileSync } from "node:fs";

/** Do nothing when the group has gone, before the file is opened (ENOENT) or after (ENODEV). */
export function writeUnlessGone(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENODEV") throw thrown;
  }
}
