/**
 * From the agent noticing a change of the kernel to the frame of the browser that shows it, as the page itself measures
 * it. The changes are a learner's: processes in a new UTS namespace, which appear and vanish, started in the lab's shell.
 */
import { setTimeout as pause } from "node:timers/promises";
import { withProduct } from "./product.mjs";
import { summarise } from "./statistics.mjs";

const CHANGES = 40;

/** Seconds a process lives, and until the next: far enough apart that each change has its own frame. */
const LIFE = 0.15;

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
      await page.locator(".xterm-helper-textarea").first().focus();
      const loop = `for i in $(seq ${CHANGES}); do unshare --uts sleep ${LIFE}; sleep ${LIFE}; done`;
      await page.keyboard.type(loop);
      await page.evaluate(() => window.__glassbox?.paintDelaysMs.splice(0));
      await page.keyboard.press("Enter");
      await pause(CHANGES * 2 * LIFE * 1000 + SETTLE_MS);
      const delays = await page.evaluate(() => [...(window.__glassbox?.paintDelaysMs ?? [])]);
      if (delays.length === 0) throw new Error("No change was painted");
      return [{ name: "change to paint", unit: "ms", goal: 100, ...summarise(delays) }];
    } finally {
      await browser.close();
    }
  });
}
