/**
 * What outlives the agent: which steps are done and which values each lab has drawn, in one small file that is always
 * whole, because it is written beside itself and renamed.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const LabProgress = z.object({ values: z.record(z.string(), z.string()), done: z.array(z.string()) });
export type LabProgress = z.infer<typeof LabProgress>;

const ProgressFile = z.object({ version: z.literal(1), labs: z.record(z.string(), LabProgress) });

export class Progress {
  readonly #file: string;
  readonly #labs: Map<string, LabProgress>;

  /** A file that is missing or cannot be understood means nothing has been done yet. */
  constructor(file: string) {
    this.#file = file;
    this.#labs = new Map();
    try {
      const read = ProgressFile.parse(JSON.parse(readFileSync(file, "utf8")));
      for (const [lab, progress] of Object.entries(read.labs)) this.#labs.set(lab, progress);
    } catch {
      // Nothing done yet.
    }
  }

  get(lab: string): LabProgress | undefined {
    return this.#labs.get(lab);
  }

  set(lab: string, progress: LabProgress): void {
    this.#labs.set(lab, progress);
    this.#write();
  }

  forget(lab: string): void {
    if (this.#labs.delete(lab)) this.#write();
  }

  #write(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    const text = JSON.stringify({ version: 1, labs: Object.fromEntries(this.#labs) }, null, 2);
    const fd = openSync(`${this.#file}.new`, "w", 0o600);
    try {
      writeSync(fd, `${text}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(`${this.#file}.new`, this.#file);
  }
}
