/**
 * The product as a test drives it, with a page already signed in. Here: the built agent on a free loopback port, with
 * directories of its own, for one file after the other. With GLASSBOX_E2E_PLACE=vm: `npm start -- --vm`, once for all files.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test as base, type Page } from "@playwright/test";
import { placesIn, runAgentHere } from "../../scripts/start/agent-here.mjs";

export const root = path.resolve(import.meta.dirname, "../..");
/** Emulated, and with the parts that `npm start` may have to build first. */
const VM_READY_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 45_000;

export interface Product {
  /** With the token, as `npm start` prints it. */
  url: string;
  /** For who may only look. Empty for a VM: its other keys stay inside. */
  viewerUrl: string;
  place: "here" | "vm";
  /** How many times as long as usual things may take there. */
  slowness: number;
  pid: number;
  /** Empty for a VM: it is inside. */
  dataDir: string;
  /** Ask it to end, and wait. @throws when it does not end in time */
  stop(): Promise<void>;
}

async function startProduct(): Promise<Product> {
  return process.env.GLASSBOX_E2E_PLACE === "vm" ? startInVm() : startHere();
}

async function startHere(): Promise<Product> {
  const home = mkdtempSync(path.join(tmpdir(), "glassbox-e2e-"));
  const agent = await runAgentHere({ home });
  const { dataDir, tokenFile } = placesIn(home);
  const { viewer } = JSON.parse(readFileSync(tokenFile, "utf8")) as { viewer: string };
  const viewerUrl = `${new URL(agent.url).origin}/?token=${viewer}`;
  const stop = async () => {
    await agent.stop();
    rmSync(home, { recursive: true, force: true });
    if ((await agent.ended) !== 0) throw new Error("The agent did not end when it was told to, and was killed");
  };
  return { url: agent.url, viewerUrl, place: "here", slowness: 1, pid: agent.pid, dataDir, stop };
}

async function startInVm(): Promise<Product> {
  const args = ["scripts/start.mjs", "--vm", "--yes", "--port", `${await freePort()}`];
  const start = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], cwd: root });
  const line = await lineWith(start, /http:\S+token=\S+/, VM_READY_TIMEOUT_MS);
  const url = /http:\S+token=\S+/.exec(line)?.[0] ?? "";
  return { url, viewerUrl: "", place: "vm", slowness: 6, pid: start.pid ?? 0, dataDir: "", stop: () => end(start) };
}

function lineWith(child: ChildProcess, wanted: RegExp, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`Glassbox was not ready within ${timeoutMs} ms; it said:\n${text}`));
    }, timeoutMs);
    let text = "";
    child.stdout?.on("data", (piece: Buffer) => {
      text += piece.toString();
      const line = text
        .split("\n")
        .slice(0, -1)
        .find((each) => wanted.test(each));
      if (line === undefined) return;
      clearTimeout(late);
      resolve(line);
    });
    child.once("exit", (code, signal) => {
      clearTimeout(late);
      reject(new Error(`Glassbox ended before it was ready: code ${code}, signal ${signal}; it said:\n${text}`));
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.exitCode !== null) return;
  child.kill("SIGINT");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
  if (child.signalCode === "SIGKILL") throw new Error(`Glassbox did not end within ${STOP_TIMEOUT_MS} ms of SIGINT`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/**
 * `product` lives as long as the worker; `page` begins signed in at the catalogue. A file that says `alone` gets a worker,
 * and so a product, of its own.
 */
export const test = base.extend<{ page: Page; baseURL: string | undefined }, { product: Product; alone: boolean }>({
  alone: [false, { option: true, scope: "worker" }],
  product: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const product = await startProduct();
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: VM_READY_TIMEOUT_MS },
  ],
  baseURL: async ({ product }, use) => use(new URL(product.url).origin),
  page: async ({ page, product }, use) => {
    await page.goto(product.url);
    await use(page);
  },
});

export { expect } from "@playwright/test";
