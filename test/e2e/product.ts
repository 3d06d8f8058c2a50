/**
 * The product as a test drives it: the built agent on a free loopback port, with a data directory of its own, and a
 * page already signed in. Each test file gets one agent; it is stopped, and must stop by itself, when the file ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test as base, type Page } from "@playwright/test";

const root = path.resolve(import.meta.dirname, "../..");
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;

export interface Product {
  /** With the token, as `npm start` prints it. */
  url: string;
  pid: number;
  dataDir: string;
  runDir: string;
  /** SIGTERM, then wait. @throws when it does not end in time */
  stop(): Promise<void>;
  /** SIGKILL: what a crash or the out-of-memory killer does. */
  kill(): Promise<void>;
}

/** Start an agent; with `reuse`, on the directories of one that was killed. */
export async function startProduct(reuse?: { dataDir: string; runDir: string }): Promise<Product> {
  const home = reuse ? undefined : mkdtempSync(path.join(tmpdir(), "glassbox-e2e-"));
  const dataDir = reuse?.dataDir ?? path.join(home ?? "", "data");
  const runDir = reuse?.runDir ?? path.join(home ?? "", "run");
  const agent = spawn(
    process.execPath,
    [
      path.join(root, "build/glassboxd.mjs"),
      ...["--port", "0", "--host", "127.0.0.1", "--ready-fd", "3", "--web-dir", path.join(root, "build/web")],
      ...["--data-dir", dataDir, "--run-dir", runDir],
    ],
    { stdio: ["ignore", "inherit", "inherit", "pipe"], cwd: root },
  );
  const url = await readyUrl(agent);
  const ended = new Promise<void>((resolve) => agent.once("exit", () => resolve()));
  return {
    url,
    pid: agent.pid ?? 0,
    dataDir,
    runDir,
    async stop() {
      agent.kill("SIGTERM");
      const late = setTimeout(() => agent.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(late);
      if (agent.signalCode === "SIGKILL")
        throw new Error(`The agent did not end within ${STOP_TIMEOUT_MS} ms of SIGTERM`);
      if (home) rmSync(home, { recursive: true, force: true });
    },
    async kill() {
      agent.kill("SIGKILL");
      await ended;
    },
  };
}

function readyUrl(agent: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      agent.kill("SIGKILL");
      reject(new Error(`The agent was not ready within ${READY_TIMEOUT_MS} ms`));
    }, READY_TIMEOUT_MS);
    let text = "";
    agent.stdio[3]?.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (!text.includes("\n")) return;
      clearTimeout(late);
      resolve((JSON.parse(text) as { url: string }).url);
    });
    agent.once("exit", (code, signal) => {
      clearTimeout(late);
      reject(new Error(`The agent ended before it was ready: code ${code}, signal ${signal}`));
    });
  });
}

/** `product` lives as long as the test file; `page` begins signed in at the catalogue. */
export const test = base.extend<{ page: Page; baseURL: string | undefined }, { product: Product }>({
  product: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const product = await startProduct();
      await use(product);
      await product.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ product }, use) => use(new URL(product.url).origin),
  page: async ({ page, product }, use) => {
    await page.goto(product.url);
    await use(page);
  },
});

export { expect } from "@playwright/test";
