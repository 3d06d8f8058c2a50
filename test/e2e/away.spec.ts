/** When Glassbox ends under an open page: this file has one of its own, and takes it away. */
import { expect, test } from "./product.ts";

test.use({ alone: true });

test("when Glassbox is gone, the page keeps what it showed, and says that it is old and what to do", async ({
  page,
  product,
}) => {
  test.skip(product.place === "vm", "one VM serves all files");
  await page.goto("/explorer/");
  const rows = page.getByRole("row");
  await page
    .getByRole("button", { name: "Table" })
    .or(page.getByRole("tab", { name: "Table" }))
    .first()
    .click();
  await expect(rows.nth(1)).toBeVisible();
  await product.stop();

  const word = page.getByRole("alert").filter({ hasText: "Glassbox does not answer" });
  await expect(word).toContainText("npm start");
  await expect(rows.nth(1)).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Glassbox not reached" })).toBeVisible();
});
