/**
 * What the agent costs while nobody does anything: processor time of it and its kwatch, and resident memory, with one
 * client on the live socket as an open page is. The agent follows whatever the machine does, so only those stretches
 * count in which the machine, too, started next to no processes; where there are too few, all count and the line says so.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { withProduct } from "./product.mjs";
import { summarise } from "./statistics.mjs";

const SETTLE_MS = 5000;
const WINDOWS = 5;
const WINDOW_MS = 3000;
/** Stretches tried at most, to find as many quiet ones as are wanted. */
const TRIES = 15;
const QUIET_FORKS_PER_SECOND = 2;

/** _SC_CLK_TCK: 100 on every Linux that Node runs on (man 5 proc_pid_stat). */
const TICKS_PER_SECOND = 100;

export const title = "the agent at rest, one page open";

/** @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure() {
  return await withProduct(async (product) => {
    const { ticket } = await product.call("POST", "/api/tickets", { for: "live" });
    const { WebSocket } = await import("ws");
    const address = `${product.origin.replace("http", "ws")}/ws/live?ticket=${ticket}`;
    const socket = new WebSocket(address, { headers: { cookie: product.cookie, origin: product.origin } });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    socket.send(JSON.stringify({ type: "follow" }));
    await pause(SETTLE_MS);
    const windows = [];
    const quiet = () => windows.filter(({ forksPerSecond }) => forksPerSecond <= QUIET_FORKS_PER_SECOND);
    while (quiet().length < WINDOWS && windows.length < TRIES) {
      const [secondsBefore, forksBefore, startedMs] = [processorSeconds(product.pid), forksSoFar(), performance.now()];
      await pause(WINDOW_MS);
      const seconds = (performance.now() - startedMs) / 1000;
      windows.push({
        share: ((processorSeconds(product.pid) - secondsBefore) / seconds) * 100,
        forksPerSecond: (forksSoFar() - forksBefore) / seconds,
        megabytes: residentMegabytes(product.pid),
      });
    }
    socket.close();
    const enough = quiet().length >= WINDOWS / 2;
    const counted = enough ? quiet() : windows;
    const forks = summarise(windows.map(({ forksPerSecond }) => forksPerSecond)).median.toFixed(0);
    const name = enough ? "processor at rest" : `processor, machine busy (${forks} forks/s)`;
    return [
      { name, unit: "% of a core", goal: 2, ...summarise(counted.map(({ share }) => share)) },
      { name: "memory", unit: "MB resident", goal: 150, ...summarise(windows.map(({ megabytes }) => megabytes)) },
    ];
  });
}

/** Of the process and its children. @param {number} pid */
function processorSeconds(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
  );
  return [pid, ...children].reduce((sum, each) => {
    const stat = readFileSync(`/proc/${each}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }, 0);
}

/** On the whole machine since it was started. */
function forksSoFar() {
  return Number(/^processes (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]);
}

/** @param {number} pid */
function residentMegabytes(pid) {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(match?.[1]) * 1024) / 1e6;
}
