/**
 * apt-get, on a machine where another may be at work: Ubuntu fetches package lists and updates itself soon after it was
 * started, which is when somebody first tries this. apt-get itself waits for dpkg's lock when told to, but not for those
 * of package lists and downloads.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Refusal } from "./refusal.mjs";
import { runCommand } from "./run-command.mjs";

/** A machine's first update of itself takes minutes. */
const PATIENCE_MS = 10 * 60_000;

const TRY_AGAIN_MS = 3000;

/** Downloading and installing all we ask for, on a slow machine. */
const WORK_MS = 15 * 60_000;

/** What it says is read here, and in `no-network.mjs`. */
const IN_ENGLISH = { LC_ALL: "C.UTF-8" };

/**
 * @param {string[]} args
 * @param {{ log: string, hint: string, say: import("./progress.mjs").Say, env?: NodeJS.ProcessEnv, patienceMs?: number,
 *   tryAgainMs?: number }} options as `runCommand` has them; `say` is told each line, and for whom it waits
 * @throws {Refusal} when it fails, or somebody else had the lock all the time
 */
export async function aptGet(args, { log, hint, say, env = process.env, ...waiting }) {
  const { patienceMs = PATIENCE_MS, tryAgainMs = TRY_AGAIN_MS } = waiting;
  const options = {
    log,
    hint,
    timeoutMs: patienceMs + WORK_MS,
    env: { ...env, ...IN_ENGLISH, DEBIAN_FRONTEND: "noninteractive" },
    onLine: (/** @type {string} */ line) => say(line.slice(0, 100)),
  };
  const wait = ["-o", `DPkg::Lock::Timeout=${Math.ceil(patienceMs / 1000)}`];
  for (const deadline = Date.now() + patienceMs; ; await pause(tryAgainMs)) {
    try {
      await runCommand("apt-get", [...wait, ...args], options);
      return;
    } catch (failure) {
      const holder = failure instanceof Error ? lockHolder(failure.message) : undefined;
      if (holder === undefined) throw failure;
      if (Date.now() > deadline) throw new LockRefusal(args, holder, patienceMs, failure);
      say(`waiting for ${holder}, which installs or updates packages`);
    }
  }
}

/** @param {string} said by apt-get as it failed @returns {string | undefined} `process 421 (unattended-upgr)` */
export function lockHolder(said) {
  const held = /^E: Could not get lock \S+(?: It is held by (process \d+ \([^)]*\)))?/m.exec(said);
  return held ? (held[1] ?? "another program") : undefined;
}

export class LockRefusal extends Refusal {
  /** @param {string[]} args @param {string} holder @param {number} patienceMs @param {unknown} cause */
  constructor(args, holder, patienceMs, cause) {
    const minutes = Math.round(patienceMs / 60_000);
    super(
      `Cannot run apt-get ${args.join(" ")}: for ${minutes} minutes ${holder} has been installing or updating packages`,
      "Start again when it has ended",
      { cause },
    );
  }
}
