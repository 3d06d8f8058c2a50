/**
 * One running `kwatch` (native/kwatch/): records come in batches as they are read, questions are answered in the
 * order they were asked. It lives as long as its standard input is open, so it cannot outlive us.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import { GlassboxError } from "../../0-base/mod.ts";
import { type KwatchRecord, parseRecord } from "./records.ts";

export interface KwatchOptions {
  /** Path of the program; `nativeProgram("kwatch")` finds it. */
  program: string;
  /** Called with every record that came in one read, in order. */
  onRecords(records: KwatchRecord[]): void;
  /** Called once when it has ended without `close`, with the reason as a sentence. */
  onEnd(reason: string): void;
}

/** Longest wait for one answer: a question is a handful of system calls, and a busy machine may stand still for seconds. */
const ANSWER_TIMEOUT_MS = 20_000;

interface Question {
  lines: string[];
  resolve(lines: string[]): void;
  reject(reason: Error): void;
  timer: NodeJS.Timeout;
}

export class Kwatch {
  readonly #child: ChildProcess;
  readonly #options: KwatchOptions;
  readonly #decoder = new StringDecoder("utf8");
  readonly #questions: Question[] = [];
  readonly #ended: Promise<void>;
  #partialLine = "";
  #closing = false;

  constructor(options: KwatchOptions) {
    this.#options = options;
    this.#child = spawn(options.program, [], { stdio: ["pipe", "pipe", "inherit"], cwd: "/" });
    this.#child.stdout?.on("data", (bytes: Buffer) => this.#read(bytes));
    // Writing to one that has just died: its end says so better.
    this.#child.stdin?.on("error", () => {});
    this.#ended = new Promise((resolve) => {
      const end = (reason: string) => {
        for (const question of this.#questions.splice(0)) {
          clearTimeout(question.timer);
          question.reject(new GlassboxError("unavailable", `Cannot ask kwatch: ${reason}`));
        }
        resolve();
        if (!this.#closing) options.onEnd(reason);
      };
      this.#child.once("error", (cause) => end(`it did not start: ${cause.message}`));
      this.#child.once("close", (code, signal) => end(signal ? `it was killed by ${signal}` : `it ended with ${code}`));
    });
  }

  /** Undefined when it did not start. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Watch a cgroup hierarchy from its mount point down. */
  watchCgroups(mountPoint: string): void {
    this.#write(`cgroups ${mountPoint}`);
  }

  /** Watch the mount namespace this process is in now; ends by itself with the process. */
  watchMounts(pid: number): void {
    this.#write(`mounts ${pid}`);
  }

  unwatchMounts(pid: number): void {
    this.#write(`unmounts ${pid}`);
  }

  /**
   * Ask one question; the answer's lines without the closing `end`.
   * Empty when there is nothing to tell. `../namespaces/` turns them into facts.
   * @throws GlassboxError "unavailable" when kwatch ends, "deadline exceeded" when no answer comes
   */
  ask(request: `ns ${string}` | `uts ${string}` | `mountinfo ${string}`): Promise<string[]> {
    return new Promise((resolve, reject) => {
      if (this.#closing || this.#child.exitCode !== null || request.includes("\n"))
        return reject(new GlassboxError("unavailable", `Cannot ask kwatch "${request}": it is not running`));
      const timer = setTimeout(() => {
        reject(new GlassboxError("deadline exceeded", `No answer from kwatch to "${request}"`));
      }, ANSWER_TIMEOUT_MS);
      timer.unref();
      this.#questions.push({ lines: [], resolve, reject, timer });
      this.#write(request);
    });
  }

  /** Let it end, and wait until it has. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#child.stdin?.end();
    await this.#ended;
  }

  #write(line: string): void {
    if (this.#child.stdin?.writable) this.#child.stdin.write(`${line}\n`);
  }

  #read(bytes: Buffer): void {
    const lines = (this.#partialLine + this.#decoder.write(bytes)).split("\n");
    this.#partialLine = lines.pop() ?? "";
    const records: KwatchRecord[] = [];
    for (const line of lines) {
      if (this.#answers(line)) continue;
      const record = parseRecord(line);
      if (record) records.push(record);
    }
    if (records.length > 0) this.#options.onRecords(records);
  }

  /** Whether the line belongs to the answer being given. A question that timed out still takes its lines. */
  #answers(line: string): boolean {
    const question = this.#questions[0];
    if (line === "end") {
      this.#questions.shift();
      if (question) {
        clearTimeout(question.timer);
        question.resolve(question.lines);
      }
      return true;
    }
    if (!/^(ns|uts|mountinfo|failed (ns|uts|mountinfo)) /.test(line)) return false;
    if (!line.startsWith("failed")) question?.lines.push(line);
    return true;
  }
}
