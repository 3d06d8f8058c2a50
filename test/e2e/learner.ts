/**
 * A learner at the page: types into the real terminal with real keys, reads its screen, reads the checks. What it types
 * for a lab comes from the lab's own solve scripts.
 */
import { setTimeout as pause } from "node:timers/promises";
import { expect, type Locator, type Page } from "@playwright/test";
import { keyBytes, parseSolveScript, type SolveAction } from "../../apps/agent/src/labs/solve-script.ts";

/** A shell that printed nothing for this long has its prompt ready, or waits for the program it runs. */
const QUIET_MS = 350;
/** What bash, busybox's shell and dash end with when they wait for root's next line. */
const PROMPT = /#\s*$/;
/** A screen is looked at this often. */
const LOOK_MS = 60;
const OUTPUT_TIMEOUT_MS = 60_000;
/** The page to show what was asked for; opening a lab and resetting it are the longest. */
const SHOWN_TIMEOUT_MS = 60_000;
const DONE_TIMEOUT_MS = 60_000;
/** The agent closes an idle connection after some seconds; in the VM the news of that comes after the next request. */
export const AGAIN_WHEN_CLOSED = { maxRetries: 3 };

/** Reset a lab as the page does when it is told to, and leave it closed; for a page that does not have it open. */
export async function startOver(page: Page, lab: string): Promise<void> {
  const { origin } = new URL(page.url());
  const reset = await page.request.post(`/api/labs/${lab}/reset`, {
    headers: { Origin: origin },
    ...AGAIN_WHEN_CLOSED,
  });
  expect(reset.ok(), await reset.text()).toBe(true);
}

export class Learner {
  readonly page: Page;
  readonly #slowness: number;

  /** `slowness`: how many times as long as usual things take here. */
  constructor(page: Page, slowness = 1) {
    this.page = page;
    this.#slowness = slowness;
  }

  get #shown(): { timeout: number } {
    return { timeout: SHOWN_TIMEOUT_MS * this.#slowness };
  }

  /** Open a lab and its first terminal. The terminals keep their text where a screen reader, and a test, finds it. */
  async openLab(lab: string): Promise<void> {
    await this.page.addInitScript(`localStorage.setItem("glassbox:terminal-screen-reader", "on")`);
    await this.page.goto(`/lab/?id=${lab}`);
    await expect(this.page.getByRole("tab", { name: "main" })).toBeVisible(this.#shown);
    await this.quiet();
  }

  /** Start the lab over, through the page, which then opens it again for the next try, with a terminal. */
  async resetLab(): Promise<void> {
    const asked = ["/open", "/api/terminals"].map((end) =>
      this.page.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().endsWith(end), {
        timeout: SHOWN_TIMEOUT_MS * this.#slowness,
      }),
    );
    await this.page.getByRole("button", { name: "Reset lab" }).click();
    await this.page.getByRole("dialog").getByRole("button", { name: /Reset/ }).click();
    await expect(this.page.getByRole("dialog")).toBeHidden(this.#shown);
    // A page that is left while it opens the lab may still open it after whatever the test does next.
    await Promise.all(asked);
    await this.quiet();
  }

  async goToStep(number: number): Promise<void> {
    await this.page
      .getByRole("list", { name: "Steps" })
      .getByRole("button", { name: new RegExp(`^Step ${number}:`) })
      .click();
    await expect(this.page.getByText(new RegExp(`^Step ${number} of`))).toBeVisible(this.#shown);
  }

  get checks(): Locator {
    return this.page.getByRole("region", { name: "Checks" });
  }

  async isDone(): Promise<boolean> {
    return (await this.checks.getByRole("heading").innerText()).startsWith("Done");
  }

  async untilDone(): Promise<void> {
    const timeout = DONE_TIMEOUT_MS * this.#slowness;
    await expect
      .poll(() => this.isDone(), { timeout })
      .toBe(true)
      .catch(async (cause: unknown) => {
        const shown = `${await this.checks.innerText()}\n\nTerminal:\n${await this.screen()}`;
        throw new Error(`The step was not done after ${timeout} ms. The page shows:\n${shown}`, { cause });
      });
  }

  /** Perform a solve script; up to, or from, its `# undo` line. */
  async perform(script: string, part: "all" | "before undo" | "undo" = "all"): Promise<void> {
    const actions = parseSolveScript(script);
    const undo = actions.findIndex(({ kind }) => kind === "undo");
    const end = undo < 0 ? actions.length : undo;
    const chosen = { all: actions, "before undo": actions.slice(0, end), undo: actions.slice(end) }[part];
    // A script begins in the terminal "main"; its undo part goes on where the rest stopped.
    if (part !== "undo") await this.terminal("main");
    for (const action of chosen) await this.act(action);
  }

  /** What the terminal in front shows. */
  async screen(): Promise<string> {
    return this.page.locator('[role="tabpanel"]:not([hidden]) .xterm-accessibility-tree').innerText();
  }

  async type(line: string): Promise<void> {
    await this.focusTerminal();
    const before = await this.screen();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press("Enter");
    await this.quiet(before);
  }

  async terminal(name: string): Promise<void> {
    const tab = this.page.getByRole("tab", { name, exact: true });
    if ((await tab.count()) === 0) {
      const tabs = this.page.getByRole("tablist", { name: "Terminals" }).getByRole("tab");
      const before = await tabs.count();
      await this.page.getByRole("button", { name: "New terminal" }).click();
      await expect(tabs).toHaveCount(before + 1);
      await expect(tabs.last()).toHaveAttribute("aria-selected", "true");
      await tabs.last().dblclick();
      await this.page.getByRole("textbox", { name: /New name for terminal/ }).fill(name);
      await this.page.keyboard.press("Enter");
      await this.quiet();
    }
    await tab.click();
  }

  private async act(action: SolveAction): Promise<void> {
    if (action.kind === "terminal") await this.terminal(action.name);
    if (action.kind === "type") await this.type(action.line);
    if (action.kind === "wait") await this.waitFor(action.text);
    if (action.kind === "key") await this.press(action.key);
  }

  async waitFor(text: string): Promise<void> {
    await expect.poll(() => this.screen(), { timeout: OUTPUT_TIMEOUT_MS * this.#slowness }).toContain(text);
  }

  async press(key: string): Promise<void> {
    await this.focusTerminal();
    const control = keyBytes(key) === "\r" ? "Enter" : `Control+${key.at(-1)}`;
    await this.page.keyboard.press(control);
    await this.quiet();
  }

  private async focusTerminal(): Promise<void> {
    await this.page.locator('[role="tabpanel"]:not([hidden]) .xterm-helper-textarea').focus();
  }

  /** Until nothing more is printed; with the screen `before` typing, a new prompt is enough. */
  private async quiet(before?: string): Promise<void> {
    const timeoutMs = OUTPUT_TIMEOUT_MS * this.#slowness;
    const deadlineMs = Date.now() + timeoutMs;
    let last = await this.screen();
    for (let sinceMs = Date.now(); Date.now() < deadlineMs; ) {
      await pause(LOOK_MS * this.#slowness);
      const now = await this.screen();
      if (now !== last) sinceMs = Date.now();
      // What was typed is on the screen, and a prompt after it; looked at twice, for a line can be drawn in two halves.
      else if (before !== undefined && now.trimEnd() !== before.trimEnd() && PROMPT.test(now)) return;
      else if (Date.now() - sinceMs > QUIET_MS * this.#slowness && now.trim() !== "") return;
      last = now;
    }
    throw new Error(`The terminal was still printing after ${timeoutMs} ms:\n${last}`);
  }
}
