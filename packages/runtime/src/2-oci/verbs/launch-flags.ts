/** Flags that `create`, `run` and in part `exec` share, and what they come to. */
import { resolve } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { type EncodeOptions, ownPid, type TracedCall } from "../../1-kernel/mod.ts";
import type { PlanRequest } from "../plan/planning.ts";
import { type Flag, text, type Values } from "./verb.ts";

export interface LaunchOptions {
  id: string;
  bundle: string;
  mode: PlanRequest["mode"];
  pidFile?: string | undefined;
  consoleSocket?: string | undefined;
  pidfdSocket?: string | undefined;
  preserveFds?: number;
  noPivot?: boolean;
  noNewKeyring?: boolean;
  /** Leave state and cgroups in place after a foreground run. */
  keep?: boolean;
  /** Signals that come are the caller's, not the container's. */
  keepSignals?: boolean;
  onTrace?: (call: TracedCall) => void;
  /** A call of the plan to fail, for trying out what happens then: no flag sets it. */
  failAt?: EncodeOptions["failAt"];
}

export const PIDFD_SOCKET_FLAG: Flag = {
  type: "string",
  value: "PATH",
  help: "socket that is sent a descriptor for the process (man 2 pidfd_open)",
};

export const LAUNCH_FLAGS: Record<string, Flag> = {
  bundle: { type: "string", short: "b", value: "PATH", help: "directory of the bundle (default: the current one)" },
  "console-socket": { type: "string", value: "PATH", help: "socket that is sent the terminal's master side" },
  "pidfd-socket": PIDFD_SOCKET_FLAG,
  "pid-file": { type: "string", value: "PATH", help: "file to write the container's pid to" },
  "no-pivot": { type: "boolean", help: "do not use pivot_root: for a root that is an initial ramdisk" },
  "no-new-keyring": { type: "boolean", help: "stay in the caller's session key ring" },
  "preserve-fds": { type: "string", value: "N", help: "pass N descriptors from 3 on to the container" },
};

export function launchOptions(values: Values): Omit<LaunchOptions, "id" | "mode"> {
  const consoleSocket = text(values, "console-socket");
  const pidfdSocket = text(values, "pidfd-socket");
  return {
    bundle: resolve(text(values, "bundle") ?? "."),
    pidFile: text(values, "pid-file"),
    consoleSocket: consoleSocket && resolve(consoleSocket),
    pidfdSocket: pidfdSocket && resolve(pidfdSocket),
    preserveFds: preserved(values),
    noPivot: values["no-pivot"] === true,
    noNewKeyring: values["no-new-keyring"] === true,
  };
}

/** LISTEN_FDS: descriptors that a service manager handed over (man 3 sd_listen_fds) come first. */
export function preserved(values: Values): number {
  const asked = Number(text(values, "preserve-fds") ?? 0);
  if (!Number.isInteger(asked) || asked < 0 || asked > 1000) {
    throw new GlassboxError(
      "invalid argument",
      `Cannot preserve "${values["preserve-fds"]}" descriptors: it must be a number`,
    );
  }
  return asked + listening();
}

/** Descriptors that a service manager handed to the process it started. */
export function listening(): number {
  const count = process.env.LISTEN_PID === String(ownPid()) ? Number(process.env.LISTEN_FDS ?? 0) : 0;
  return Number.isInteger(count) && count > 0 ? count : 0;
}

/** @throws GlassboxError invalid argument without exactly one id */
export function oneId(args: string[], verb: string): string {
  const [id] = args;
  if (id === undefined || args.length > 1) {
    throw new GlassboxError("invalid argument", `"${verb}" requires exactly 1 argument, the container's id`, {
      hint: `glassrun ${verb} --help`,
    });
  }
  return id;
}

/**
 * A terminal needs somebody to hold its other side.
 * @throws GlassboxError invalid argument, in runc's words
 */
export function checkTerminal(terminal: boolean, detaches: boolean, consoleSocket: string | undefined): void {
  if (terminal && detaches && !consoleSocket) {
    throw new GlassboxError(
      "invalid argument",
      "cannot allocate tty if the runtime will detach without setting console socket",
      { hint: "Give --console-socket, or do without a terminal" },
    );
  }
  if (consoleSocket && !(terminal && detaches)) {
    throw new GlassboxError(
      "invalid argument",
      "cannot use console socket if the runtime will not detach or allocate tty",
    );
  }
}
