/**
 * Starts sysrun by Bun's own spawn. A container runtime is started several times per container, and in Bun the first
 * `child_process.spawn` with two pipes costs 20 to 30 ms of processor time (streams and sockets are loaded for it), more
 * than all of `runc run`; this costs two. What it gives are bare descriptors without events, which is enough for a plan
 * whose records are read at its end; tracing and stepping go the other way.
 */
import { closeSync, readSync, writeSync } from "node:fs";
import { SIGNAL } from "../abi/signal.ts";
import { FIRST_FD, type Start, type Stdio, type Sysrun } from "./sysrun-process.ts";

/** The part of Bun's API used here (https://bun.sh/docs/api/spawn). */
export interface Bun {
  spawn(
    command: string[],
    options: { stdio: Array<Stdio | "pipe">; env: NodeJS.ProcessEnv },
  ): {
    /** For each "pipe" beyond the first three, our end of a socket pair, which does not block. */
    stdio: ReadonlyArray<number | null>;
    exited: Promise<number>;
    signalCode: string | null;
    kill(signal: number): void;
  };
}

/** Time until a descriptor that had nothing to read, or no room to write, is tried again; later tries wait for the last. */
const TRY_AGAIN_MS = [1, 1, 2, 2, 4, 8, 16, 32];

export function startInBun(bun: Bun, start: Start): Sysrun {
  const { program, args, stdio, descriptors, environment, onReport, expectsNews } = start;
  const child = bun.spawn([program, ...args], { stdio: [...stdio, ...descriptors, "pipe", "pipe"], env: environment });
  const plan = child.stdio[FIRST_FD + descriptors.length] ?? -1;
  const report = child.stdio[FIRST_FD + descriptors.length + 1] ?? -1;
  const buffer = new Uint8Array(16 * 1024);
  let timer: NodeJS.Timeout | undefined;
  let open = true;

  const readAll = () => {
    for (let got = readSome(report, buffer); got > 0; got = readSome(report, buffer)) onReport(buffer.slice(0, got));
  };
  const listen = (attempt: number) => {
    readAll();
    if (open && expectsNews()) timer = setTimeout(listen, tryAgainMs(attempt), attempt + 1);
  };
  const send = (bytes: Uint8Array, attempt: number) => {
    if (!open) return;
    const rest = bytes.subarray(writeSome(plan, bytes));
    if (rest.length > 0) setTimeout(send, tryAgainMs(attempt), rest, attempt + 1);
  };
  listen(0);
  return {
    exit: child.exited.then((code) => child.signalCode ?? code),
    send: (bytes) => send(bytes, 0),
    finish: () => {},
    kill: () => child.kill(SIGNAL.SIGKILL),
    drain: async () => readAll(),
    close: () => {
      open = false;
      clearTimeout(timer);
      for (const fd of [plan, report]) closeSync(fd);
    },
  };
}

function tryAgainMs(attempt: number): number | undefined {
  return TRY_AGAIN_MS[attempt] ?? TRY_AGAIN_MS.at(-1);
}

/** Bytes read; 0 when there are none now, or none any more. */
function readSome(fd: number, into: Uint8Array): number {
  return unlessTryAgain(() => readSync(fd, into));
}

/** Bytes written; all of them when nobody is there to read. */
function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return unlessTryAgain(() => writeSync(fd, bytes));
  } catch {
    return bytes.length;
  }
}

function unlessTryAgain(call: () => number): number {
  try {
    return call();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw error;
  }
}
