/** Who opened the page with a viewer's key sees what a learner does, and is offered nothing that would be refused. */
import { Learner } from "./learner.ts";
import { expect, test } from "./product.ts";

const lab = "001-process";

test("a viewer watches a learner's terminal and can press nothing that changes anything", async ({
  page,
  product,
  browser,
}) => {
  test.skip(product.viewerUrl === "", "the lab VM keeps its viewer's key inside");
  const learner = new Learner(page);
  await learner.openLab(lab);

  const context = await browser.newContext({ baseURL: new URL(product.url).origin });
  try {
    const watching = await context.newPage();
    await watching.goto(product.viewerUrl);
    const viewer = new Learner(watching);
    await viewer.openLab(lab);
    await learner.type("echo seen-by-$((40+2))");
    await viewer.waitFor("seen-by-42");

    await expect(watching.getByText("Looking only")).toBeVisible();
    for (const run of await watching.getByRole("button", { name: /^(Run:|Interrupt terminal)/ }).all())
      await expect(run).toBeDisabled();
    for (const name of [/^Reset/, "New terminal", /^Close terminal/, /^Interrupt$/, /hint|solution/])
      await expect(watching.getByRole("button", { name })).toHaveCount(0);

    await watching.locator(".xterm-helper-textarea").first().focus();
    await watching.keyboard.type("echo not-to-be-typed\n");
    await learner.type("echo after-$((20+1))");
    await viewer.waitFor("after-21");
    expect(await learner.screen()).not.toContain("not-to-be-typed");
  } finally {
    await context.close();
  }
});
