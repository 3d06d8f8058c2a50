/**
 * Starts the native program. Under Node, and wherever records have to be followed one by one, that is `child_process`;
 * `start-sysrun-in-bun.ts` is the other way, and says why there is one.
 */
import type { Readable, Writable } from "node:stream";
import { type Bun, startInBun } from "./start-sysrun-in-bun.ts";
import { FIRST_FD, type Start, type Sysrun } from "./sysrun-process.ts";

export async function startSysrun(start: Start): Promise<Sysrun> {
  const bun = (globalThis as { Bun?: Bun }).Bun;
  return bun && !start.live ? startInBun(bun, start) : startInNode(start);
}

/**
 * Records written before sysrun ended are in the socket already; this only lets the event loop bring them. When it comes
 * late to that, after longer than this, it looks at the clock first: so it is given one more look at the socket.
 */
const LAST_RECORDS_MS = 100;

async function startInNode({ program, args, stdio, descriptors, environment, onReport }: Start): Promise<Sysrun> {
  const { spawn } = await import("node:child_process");
  const child = spawn(program, args, { stdio: [...stdio, ...descriptors, "pipe", "pipe"], env: environment });
  const exit = new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ?? code ?? 0));
  });
  const plan = child.stdio[FIRST_FD + descriptors.length] as Writable;
  const report = child.stdio[FIRST_FD + descriptors.length + 1] as Readable;
  let changed = () => {};
  let closed = false;
  plan.on("error", () => {});
  report.on("error", () => {});
  report.on("data", (bytes: Buffer) => {
    onReport(bytes);
    changed();
  });
  report.once("close", () => {
    closed = true;
    changed();
  });
  return {
    exit,
    send: (bytes) => void plan.write(bytes),
    finish: () => void plan.end(),
    kill: () => void child.kill("SIGKILL"),
    drain: (enough) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => setImmediate(resolve), LAST_RECORDS_MS);
        changed = () => {
          if (!closed && !enough()) return;
          clearTimeout(timer);
          resolve();
        };
        changed();
      }),
    close: () => {
      plan.destroy();
      report.destroy();
    },
  };
}
