/**
 * Makes the README's pictures from the running product: starts it, does the last step of the lab on names and numbers in
 * its real terminal, and photographs the page in both themes. `node scripts/screenshots.mjs`, as root, after a build.
 */
import { mkdirSync } from "node:fs";
import { chromium } from "@playwright/test";
import { withProduct } from "./bench/product.mjs";
import { inRoot } from "./setup/paths.mjs";

const LAB = "004-names-and-numbers";
const STEP = "06-all-at-once";
const SIZE = { width: 1366, height: 768 };
/** Long enough for the picture to come to rest after the last change. */
const SETTLE_MS = 3000;

const browser = await chromium.launch({
  executablePath: process.env.GLASSBOX_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
try {
  mkdirSync(inRoot("docs/images"), { recursive: true });
  await withProduct(async ({ url, origin, call }) => {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
    await page.goto(url);
    await page.goto(`${origin}/lab/?id=${LAB}`);
    await page.getByRole("tab", { name: "main" }).waitFor();
    await page.getByRole("button", { name: /^Step 6:/ }).click();
    await page.waitForTimeout(SETTLE_MS);
    const { commands } = await call("POST", `/api/labs/${LAB}/steps/${STEP}/solution`);
    for (const line of [...commands, "hostname; ps", "sleep 600 &"]) {
      await page.locator(".xterm-helper-textarea").first().focus();
      await page.keyboard.type(line);
      await page.keyboard.press("Enter");
      await page.waitForTimeout(SETTLE_MS / 3);
    }
    await page.waitForTimeout(SETTLE_MS);
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(SETTLE_MS / 3);
      await page.screenshot({ path: inRoot(`docs/images/lab-${colorScheme}.png`) });
    }
    await call("POST", `/api/labs/${LAB}/reset`);
  });
} finally {
  await browser.close();
}
