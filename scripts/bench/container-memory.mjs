/**
 * Memory of the runtime's own that stays with a container, as the share of each process (Pss, /proc/PID/smaps_rollup):
 * what waits for `start` in a created container, what stays of it once the program runs (nothing, or it is a leak), and
 * what stands by while a container is in the foreground.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { withRuntimes } from "./runtimes.mjs";
import { summarise } from "./statistics.mjs";

const RUNS = 5;
const FOREGROUND_DEADLINE_MS = 10_000;
/** What is leaving anyway has left. */
const SETTLE_MS = 300;

export const title = "memory of the runtime that stays with a container";

/** @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure() {
  return await withRuntimes(async ({ runtimes, bundle }) => {
    const directory = bundle(["/bin/sleep", "1000"]);
    const lines = [];
    for (const runtime of runtimes) {
      const [created, started, foreground] = [[], [], []].map(() => /** @type {number[]} */ ([]));
      for (let run = 0; run < RUNS; run++) {
        const id = `bench-${process.pid}`;
        try {
          runtime.run(["create", "--bundle", directory, id]);
          created?.push(megabytes(standingBy(id)));
          runtime.run(["start", id]);
          started?.push(megabytes(standingBy(id)));
        } finally {
          runtime.discard(id);
        }
        foreground?.push(await inForeground(runtime, directory, id));
      }
      for (const [what, values] of Object.entries({ created, started, foreground })) {
        lines.push({ name: `${what} ${runtime.name}`, unit: "MB", ...summarise(values ?? []) });
      }
    }
    return lines;
  });
}

/** @param {import("./runtimes.mjs").Runtime} runtime @param {string} directory @param {string} id */
async function inForeground(runtime, directory, id) {
  const [program = "", ...start] = runtime.command;
  const child = spawn(program, [...start, "run", "--bundle", directory, id], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const deadline = performance.now() + FOREGROUND_DEADLINE_MS;
    while (!treeOf(child.pid ?? 0).some(isProgram) && performance.now() < deadline) await pause(20);
    await pause(SETTLE_MS);
    return megabytes(treeOf(child.pid ?? 0).filter((pid) => !isProgram(pid)));
  } finally {
    runtime.discard(id);
    await ended;
  }
}

/** What is in the container's cgroups or was started for it, wherever it hangs by now, and is not its program. @param {string} id */
function standingBy(id) {
  const own = (/** @type {number} */ pid) =>
    readOr(`/proc/${pid}/cgroup`).includes(id) || commandLine(pid).includes(id);
  return processes().filter((pid) => own(pid) && !isProgram(pid));
}

function processes() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** @param {number} pid @returns {number[]} it and all below it */
function treeOf(pid) {
  const children = readOr(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(treeOf)];
}

/** @param {number} pid */
function isProgram(pid) {
  return commandLine(pid).startsWith("/bin/sleep");
}

/** @param {number} pid */
function commandLine(pid) {
  return readOr(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
}

/** @param {number[]} pids @returns {number} MB (10^6 bytes) */
function megabytes(pids) {
  return pids.reduce((sum, pid) => {
    const match = /^Pss:\s+(\d+) kB$/m.exec(readOr(`/proc/${pid}/smaps_rollup`));
    return sum + (Number(match?.[1] ?? 0) * 1024) / 1e6;
  }, 0);
}

/** A process that has ended meanwhile has nothing. @param {string} file */
function readOr(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
