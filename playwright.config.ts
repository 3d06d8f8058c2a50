import { defineConfig, devices } from "@playwright/test";

/**
 * End-to-end tests: a person, a real browser, a real shell, the real kernel. One worker, because all of them share one
 * machine whose processes and mounts they compare before and after. `GLASSBOX_CHROMIUM` names another browser binary.
 */
export default defineConfig({
  testDir: "test/e2e",
  workers: 1,
  timeout: 300_000,
  expect: { timeout: 45_000 },
  forbidOnly: process.env.CI !== undefined,
  outputDir: "build/test-results",
  reporter: [["list"]],
  projects: [
    {
      name: "chromium",
      use: {
        ...devices["Desktop Chrome"],
        viewport: { width: 1366, height: 768 },
        screenshot: "only-on-failure",
        launchOptions: {
          executablePath: process.env.GLASSBOX_CHROMIUM ?? "/usr/bin/chromium",
          // Root needs no-sandbox; the rest keeps the browser from looking for its maker's hosts.
          args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
          ],
        },
      },
    },
  ],
});
