/**
 * What the agent costs while nobody does anything: processor time of it and its kwatch, and resident memory, with one
 * client on the live socket as an open page is.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { withProduct } from "./product.mjs";
import { summarise } from "./statistics.mjs";

const SETTLE_MS = 5000;
const WINDOWS = 5;
const WINDOW_MS = 3000;

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
    const shares = [];
    const rss = [];
    for (let window = 0; window < WINDOWS; window++) {
      const before = processorSeconds(product.pid);
      const startedMs = performance.now();
      await pause(WINDOW_MS);
      shares.push(((processorSeconds(product.pid) - before) / (performance.now() - startedMs)) * 1e5);
      rss.push(residentMegabytes(product.pid));
    }
    socket.close();
    return [
      { name: "processor at rest", unit: "% of a core", goal: 2, ...summarise(shares) },
      { name: "memory", unit: "MB resident", goal: 150, ...summarise(rss) },
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

/** @param {number} pid */
function residentMegabytes(pid) {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(match?.[1]) * 1024) / 1e6;
}
