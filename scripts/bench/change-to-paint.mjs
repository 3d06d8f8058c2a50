/**
 * From the agent noticing a change of the kernel to the frame of the browser that shows it, as the page itself measures
 * it. The changes are processes in a new UTS namespace, which appear and vanish.
 */
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { withProduct } from "./product.mjs";
import { summarise } from "./statistics.mjs";

const CHANGES = 40;

/** Far enough apart that each change has its own frame. */
const BETWEEN_MS = 300;

const SETTLE_MS = 4000;

export const title = "kernel change to browser paint";

/** @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure() {
  const { chromium } = await import("@playwright/test");
  return await withProduct(async (product) => {
    const browser = await chromium.launch({
      executablePath: process.env.GLASSBOX_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
    });
    try {
      const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
      await page.goto(product.url);
      await page.goto(`${product.origin}/lab/?id=001-process`);
      await pause(SETTLE_MS); // the first picture of the whole machine is no change
      await page.evaluate(() => window.__glassbox?.paintDelaysMs.splice(0));
      for (let change = 0; change < CHANGES; change++) {
        spawn("unshare", ["--uts", "sleep", "0.15"], { stdio: "ignore" });
        await pause(BETWEEN_MS);
      }
      const delays = await page.evaluate(() => [...(window.__glassbox?.paintDelaysMs ?? [])]);
      if (delays.length === 0) throw new Error("No change was painted");
      return [{ name: "change to paint", unit: "ms", goal: 100, ...summarise(delays) }];
    } finally {
      await browser.close();
    }
  });
}
