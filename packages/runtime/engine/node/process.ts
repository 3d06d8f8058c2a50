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
  readonly env = environment();
  execPath = "";

  /** Takes the command line of the process over. Before this there is none. */
  begin(): void {
    this.execPath = readlinkSync("/proc/self/exe");
    this.argv = [this.execPath, this.execPath];
    for (let next = argument(1); next !== undefined; next = argument(this.argv.length - 1)) this.argv.push(next);
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

/** Each variable is looked up when it is asked for: a caller may have a hundred, and few are ever read. */
function environment(): Record<string, string | undefined> {
  return new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (changed, name) => (typeof name === "string" && !(name in changed) ? variable(name) : changed[String(name)]),
      deleteProperty: (changed, name) => {
        changed[String(name)] = undefined;
        return true;
      },
      ownKeys: () => {
        throw new Error("the small engine looks variables up by their names only");
      },
    },
  );
}

const instance = new Process();

export { instance as process };
