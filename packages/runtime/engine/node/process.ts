/** `process`, in so far as the runtime asks for it. What it says is of the process that runs, not of the image. */
import { SIGNAL } from "../../src/1-kernel/abi/signal.ts";
import { systemError } from "./errors.ts";
import { readlinkSync } from "./fs.ts";
import { kernel } from "./system.ts";

const CWD_BYTES = 4096;

class Process {
  /** Of the machine that the image is made on, which is the one it is for. */
  readonly arch = process.arch;
  readonly versions = {};
  argv: string[] = [];
  env: Record<string, string | undefined> = {};
  execPath = "";

  /** Takes the command line and the environment of the process over. Before this there are none. */
  begin(): void {
    this.execPath = readlinkSync("/proc/self/exe");
    this.argv = [this.execPath, this.execPath, ...words(0).slice(1)];
    for (const word of words(1)) {
      const end = word.indexOf("=");
      if (end > 0) this.env[word.slice(0, end)] = word.slice(end + 1);
    }
  }

  get pid(): number {
    return kernel("getpid");
  }
  getuid(): number {
    return kernel("getuid");
  }
  geteuid(): number {
    return kernel("geteuid");
  }
  getegid(): number {
    return kernel("getegid");
  }

  cwd(): string {
    const buffer = new Uint8Array(CWD_BYTES);
    const length = kernel("getcwd", buffer, CWD_BYTES);
    if (length < 0) throw systemError(-length, "uv_cwd");
    return text(buffer, 0, length - 1);
  }

  kill(pid: number, signal: number | string): true {
    const number = typeof signal === "number" ? signal : SIGNAL[signal as keyof typeof SIGNAL];
    const result = kernel("kill", pid, number);
    if (result === 0) return true;
    const error = systemError(-result, "kill") as NodeJS.ErrnoException;
    throw Object.assign(error, { message: `kill ${error.code}` });
  }

  exit(code: number): never {
    kernel("exit_group", code);
    throw new Error("the kernel let us go on");
  }
}

function words(list: number): string[] {
  const found: string[] = [];
  for (;;) {
    const next = word(list, found.length);
    if (next === undefined) return found;
    found.push(next);
  }
}

const instance = new Process();

export { instance as process };
