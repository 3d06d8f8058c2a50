/**
 * Where a lab happens: its working directory, its own cgroups, and what the machine looked like before. Written down
 * under the run directory before any of it is made, so that an agent that was killed can be tidied up after by the next.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const MountElsewhere = z.object({ mountId: z.number(), mountPoint: z.string() });
/** Both are needed: an id is given out again, and at one place there may be several mounts. */
export type MountElsewhere = z.infer<typeof MountElsewhere>;

const LabPlace = z.object({
  lab: z.string(),
  workDir: z.string(),
  /** Absolute directories, one a hierarchy. */
  cgroupDirs: z.array(z.string()),
  /** What the machine was called before the lab was opened. */
  hostname: z.string(),
  /** SysV shared memory segments there were before. */
  sharedMemoryIds: z.array(z.number()),
  /** What the learner has mounted since, in the directory or elsewhere on the machine. */
  mountsElsewhere: z.array(MountElsewhere).default([]),
});
export type LabPlace = z.infer<typeof LabPlace>;

/** One file a lab that is open, or was when the agent died. `/run` is empty after a reboot, and so is the kernel. */
export class OpenLabsLedger {
  readonly #dir: string;

  constructor(runDir: string) {
    this.#dir = join(runDir, "labs");
  }

  write(place: LabPlace): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    const file = join(this.#dir, `${place.lab}.json`);
    writeFileSync(`${file}.new`, `${JSON.stringify(place, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  }

  remove(lab: string): void {
    rmSync(join(this.#dir, `${lab}.json`), { force: true });
  }

  /** What is written down; a file that cannot be read (half a file after a crash) is dropped. */
  list(): LabPlace[] {
    let names: string[];
    try {
      names = readdirSync(this.#dir).filter((name) => name.endsWith(".json"));
    } catch {
      return [];
    }
    return names.flatMap((name) => {
      try {
        return [LabPlace.parse(JSON.parse(readFileSync(join(this.#dir, name), "utf8")))];
      } catch {
        rmSync(join(this.#dir, name), { force: true });
        return [];
      }
    });
  }
}
