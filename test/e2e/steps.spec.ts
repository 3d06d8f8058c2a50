/** Moving about in a lab: a step may be skipped, is checked all the same, and what was done stays done after a reload. */
import { Learner } from "./learner.ts";
import { expect, test } from "./product.ts";

const lab = "004-names-and-numbers";

test("a learner who skips to the last step finds its files, its checks, and is there again after a reload", async ({
  page,
}) => {
  const learner = new Learner(page);
  await learner.openLab(lab);
  await learner.goToStep(6);
  await expect(learner.checks.getByRole("listitem").first()).toBeVisible();
  await learner.type("unshare --mount --uts --ipc --pid --fork sh box.sh");
  await learner.untilDone();
  await learner.goToStep(2);
  await expect(learner.checks.getByRole("listitem").first()).toBeVisible();
  expect(await learner.isDone()).toBe(false);
  await learner.openLab(lab);
  await expect(page.getByText(/^Step 2 of/)).toBeVisible();
  await expect(page.getByRole("button", { name: /^Step 6:.*done$/ })).toBeVisible();
  await learner.resetLab();
});
