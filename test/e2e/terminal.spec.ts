/** The terminal as a person lives with it: reload, lost connection, a flood, a second terminal, a shell that ended. */
import { Learner, startOver } from "./learner.ts";
import { expect, test } from "./product.ts";

const lab = "001-process";

test.beforeEach(async ({ page }) => {
  await startOver(page, lab);
  await new Learner(page).openLab(lab);
});

test("a reload brings back what the shell printed, and the same shell", async ({ page }) => {
  const learner = new Learner(page);
  await learner.type("MARK=$((6*7)); seq 1 400; echo kept-$MARK");
  await learner.waitFor("kept-42");
  await learner.openLab(lab);
  await learner.waitFor("kept-42");
  await learner.type("echo again-$MARK");
  await learner.waitFor("again-42");
});

test("a lost connection loses nothing that was printed meanwhile", async ({ page, context }) => {
  const learner = new Learner(page);
  await learner.type("for i in 1 2 3 4 5 6; do echo tick-$i; sleep 1; done; echo all-$((7+1))");
  await context.setOffline(true);
  await page.evaluate("window.dispatchEvent(new Event('offline'))");
  await page.waitForTimeout(3000);
  await context.setOffline(false);
  await learner.waitFor("all-8");
  const screen = await learner.screen();
  for (const tick of [1, 2, 3, 4, 5, 6]) expect(screen).toContain(`tick-${tick}`);
});

test("Ctrl-C ends a flood, and the prompt comes back", async ({ page }) => {
  const learner = new Learner(page);
  await learner.terminal("main");
  await page.keyboard.type("yes flooding\n");
  await learner.waitFor("flooding");
  await page.waitForTimeout(3000);
  await page.keyboard.press("Control+c");
  await page.keyboard.type("echo quiet-$((40+2))\n");
  await learner.waitFor("quiet-42");
});

test("terminals are several, named, and each its own shell", async ({ page }) => {
  const learner = new Learner(page);
  await learner.type("WHO=first");
  await learner.terminal("watch");
  await learner.type("echo here-is-[$WHO]");
  await learner.waitFor("here-is-[]");
  await learner.terminal("main");
  await learner.type("echo here-is-[$WHO]");
  await learner.waitFor("here-is-[first]");
});

test("a renamed terminal has its new name for everybody, and a taken name is refused", async ({ page, context }) => {
  const learner = new Learner(page);
  await learner.terminal("watch");
  await page.getByRole("tab", { name: "watch" }).press("F2");
  await page.getByRole("textbox", { name: "New name for terminal watch" }).fill("main");
  await page.keyboard.press("Enter");
  await expect(page.getByText('there is another named "main"')).toBeVisible();
  await page.getByRole("tab", { name: "watch" }).press("F2");
  await page.getByRole("textbox", { name: "New name for terminal watch" }).fill("second");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: "second" })).toBeVisible();
  const other = await context.newPage();
  await other.goto(`/lab/?id=${lab}`);
  await expect(other.getByRole("tab", { name: "second" })).toBeVisible();
  await expect(other.getByRole("tab", { name: "watch" })).toBeHidden();
  await other.close();
});

test("a reset closes the lab's terminals", async ({ page }) => {
  const learner = new Learner(page);
  await learner.terminal("watch");
  await learner.resetLab();
  const tabs = page.getByRole("tablist", { name: "Terminals" }).getByRole("tab");
  await expect(tabs).toHaveText(["main"]);
});

test("a shell that ended says how, and can be started anew", async ({ page }) => {
  const learner = new Learner(page);
  await learner.terminal("main");
  await page.keyboard.type("exit 3\n");
  await expect(page.getByRole("status").filter({ hasText: "3" })).toBeVisible();
  const again = page.getByRole("button", { name: "Start a new one" });
  await again.click();
  // Until the new one is there, the old one's screen has a prompt as well, and takes what is typed without a shell.
  await expect(again).toBeHidden();
  await learner.waitFor("#");
  await learner.type("echo alive-$((40+2))");
  await learner.waitFor("alive-42");
});
