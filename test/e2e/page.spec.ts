/** What a visitor does besides typing: signing in, choosing a lab, themes, keys, the explorer; and nothing from elsewhere. */
import { execFileSync, spawn } from "node:child_process";
import { Learner } from "./learner.ts";
import { expect, test } from "./product.ts";

test("the catalogue lists both tracks in order, with progress, and leads to a lab by keyboard", async ({ page }) => {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const long = page.getByRole("region", { name: "Track: A container by hand" });
  await expect(long.getByRole("listitem").first()).toContainText("A container is a process");
  await expect(long.getByRole("heading")).toContainText(/\d of 7 labs done, about \d h/);
  await expect(page.getByRole("region", { name: "Track: The short way" }).getByRole("listitem")).toHaveCount(1);
  await page.getByRole("link", { name: "Begin: A container in half an hour" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/lab\/\?id=000-half-an-hour/);
  await expect(page.getByText("Step 1 of 8")).toBeVisible();
});

test("a browser without a session is told to open the printed URL, and shown nothing", async ({ browser, product }) => {
  const stranger = await browser.newPage();
  const answer = await stranger.goto(new URL(product.url).origin);
  expect(answer?.status()).toBe(401);
  await expect(stranger.getByRole("heading")).toHaveText(/open the printed address/);
  const api = await stranger.request.get(`${new URL(product.url).origin}/api/labs`);
  expect(api.status()).toBe(401);
  await stranger.close();
});

test("the token leaves the address bar, and the page loads nothing from elsewhere", async ({ page, product }) => {
  expect(page.url()).not.toContain("token");
  const strangers: string[] = [];
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    const socketOrigin = origin.replace(/^ws/, "http");
    if (/^(http|ws)/.test(protocol) && socketOrigin !== new URL(product.url).origin) strangers.push(request.url());
  });
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  for (const path of ["/", "/lab/?id=007-bundle", "/explorer/"]) {
    await page.goto(path);
    await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
    await page.waitForTimeout(1500);
  }
  expect(strangers).toEqual([]);
  expect(complaints, "the content security policy and the page agree").toEqual([]);
});

test("what the machine cannot do is told within its column, however long its words", async ({ page }) => {
  await page.route("**/api/machine", async (route) => {
    const answer = await route.fetch();
    const detail = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns is 1";
    const lacking = { id: "x", title: "user namespaces without root", status: "no", detail };
    const machine = await answer.json();
    await route.fulfill({ json: { ...machine, abilities: [lacking, ...machine.abilities] } });
  });
  await page.reload();
  const column = page.getByRole("complementary", { name: "This machine" });
  await expect(column).toContainText("apparmor_restrict");
  expect(await column.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
});

test("the theme follows the system, can be chosen, and is remembered", async ({ page }) => {
  const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
  await page.emulateMedia({ colorScheme: "light" });
  await page.reload();
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(background, "it follows while it is open").not.toBe(light);
  const dark = await background();
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(background).toBe(light);
  for (const [choice, next] of [
    ["system", "light"],
    ["light", "dark"],
  ]) {
    await page.getByRole("button", { name: `Theme: ${choice}. Change to ${next}` }).click();
  }
  await expect.poll(background).toBe(dark);
  await page.reload();
  await expect.poll(background).toBe(dark);
});

test("the keys are listed under ?, and F6 leads out of the terminal", async ({ page }) => {
  // Before the labs have come the page is only text, and hears no keys.
  await expect(page.getByRole("link", { name: /^Begin: / })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  const learner = new Learner(page);
  await learner.openLab("001-process");
  await learner.terminal("main");
  const inTerminal = () => page.evaluate("document.activeElement?.closest('.xterm') !== null");
  await expect.poll(inTerminal).toBe(true);
  await page.keyboard.press("F6");
  await expect.poll(inTerminal).toBe(false);
});

test("whatever can be pressed or filled in has a name for who does not see it", async ({ page }) => {
  const learner = new Learner(page);
  for (const open of [() => page.goto("/"), () => page.goto("/explorer/"), () => learner.openLab("007-bundle")]) {
    await open();
    await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
    for (const role of ["button", "link", "tab", "textbox", "searchbox", "checkbox", "separator"] as const) {
      await expect(page.getByRole(role, { name: /^\s*$/ }), `${role} at ${page.url()}`).toHaveCount(0);
    }
  }
});

test("nothing moves for who asked the system for less motion", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const learner = new Learner(page);
  await learner.openLab("001-process");
  // Whatever moves from now on for longer than an instant.
  await page.evaluate(`
    globalThis.moved = [];
    const note = ({ target, propertyName, animationName }) => {
      const lasts = target.getAnimations().some(({ effect }) => effect.getComputedTiming().activeDuration > 1);
      if (lasts) moved.push(propertyName ?? animationName);
    };
    for (const type of ["transitionrun", "animationstart"]) document.addEventListener(type, note);`);
  await learner.type("sleep 4343 &");
  await expect(page.getByRole("button", { name: /^Process \d+, sleep 4343/ })).toBeVisible();
  await learner.type("kill $!");
  await expect(page.getByRole("button", { name: /^Process \d+, sleep 4343/ })).toBeHidden();
  expect(await page.evaluate("moved")).toEqual([]);
});

test("the explorer finds a process that appears while it is open, draws it, tabulates it, and says how to see it", async ({
  page,
}) => {
  await page.goto("/explorer/");
  // Until the page's program runs its buttons are only drawn, and hear nothing.
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await page.getByRole("button", { name: "Table" }).click();
  await page.getByRole("searchbox", { name: "Search objects" }).fill("sleep 4242");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  const child = spawn("sleep", ["4242"]);
  try {
    const row = page.getByRole("row").filter({ hasText: `${child.pid}` });
    await expect(row).toBeVisible();
    await row.getByRole("button").first().click();
    const details = page.getByRole("complementary", { name: "Details" });
    await expect(details).toContainText(`/proc/${child.pid}`);
    const shown = execFileSync("readlink", [`/proc/${child.pid}/ns/mnt`], { encoding: "utf8" });
    await expect(details).toContainText(/\d{10}/.exec(shown)?.[0] ?? "no inode");
    child.kill();
    await expect(page.getByText("Nothing matches")).toBeVisible();
  } finally {
    child.kill("SIGKILL");
  }
});

test("a lab that does not exist says so and leads back", async ({ page }) => {
  await page.goto("/lab/?id=999-nothing");
  await expect(page.getByText("There is no such lab")).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "All labs" }).click();
  await expect(page).toHaveURL(/\/$/);
});
