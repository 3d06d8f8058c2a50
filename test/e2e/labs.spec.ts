/**
 * Every lab, solved through the browser as a learner does it: each step's check is seen to fail before, to fail after
 * every wrong way the lab knows, and to hold after the solution. Then the lab is reset, and nothing of it is left.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { LabDetail, MachineInfo } from "@glassbox/protocol";
import type { Page } from "@playwright/test";
import { buildLabOrThrow, readLabSources, type Step } from "../../apps/agent/src/labs/content/load.ts";
import { leaksSince, takeInventory, testScope } from "../inventory/inventory.ts";
import { AGAIN_WHEN_CLOSED, Learner, startOver } from "./learner.ts";
import { expect, type Product, root, test } from "./product.ts";

const labsDir = path.join(root, "labs");
const labs = readdirSync(labsDir).filter((name) => /^\d{3}-/.test(name));

const RESET_TIMEOUT_MS = 60_000;
/** What holds for a third of a second makes a step done, and the page shows it. */
const SETTLED_MS = 600;

for (const lab of labs) {
  test(`${lab}: every step fails before, fails the wrong way, and holds when solved`, async ({ page, product }) => {
    test.setTimeout(900_000 * product.slowness);
    const leavesNothing = watchForLeavings(product, lab);
    const learner = new Learner(page, product.slowness);
    await learner.openLab(lab);
    const { detail, steps } = await labAsShown(page, lab);
    expect(detail.whyNotRunnable, "this machine runs the lab").toBeUndefined();

    for (const [index, step] of steps.entries()) {
      await test.step(`${step.id}: ${step.front.title}`, async () => {
        await learner.goToStep(index + 1);
        expect(await learner.isDone(), "not done before anything is typed").toBe(false);
        for (const { name, script } of step.wrong) {
          await learner.perform(script, "before undo");
          await page.waitForTimeout(SETTLED_MS * product.slowness);
          expect(await learner.isDone(), `not done by ${name}`).toBe(false);
          await learner.perform(script, "undo");
        }
        await learner.perform(step.solve);
        await learner.untilDone();
      });
    }

    await learner.resetLab();
    const timeout = RESET_TIMEOUT_MS * product.slowness;
    await expect.poll(async () => (await labAsShown(page, lab)).detail.stepsDone, { timeout }).toBe(0);
    // The page opens the lab again for the next try. Away from it, a second reset leaves the lab closed.
    await page.goto("/");
    await startOver(page, lab);
    await leavesNothing();
  });
}

/** The lab with this learner's values, and its scripts filled with the same, from the files the agent reads. */
async function labAsShown(page: Page, lab: string): Promise<{ detail: LabDetail; steps: Step[] }> {
  const detail = LabDetail.parse(await (await page.request.get(`/api/labs/${lab}`, AGAIN_WHEN_CLOSED)).json());
  const { cgroupMode } = MachineInfo.parse(await (await page.request.get("/api/machine", AGAIN_WHEN_CLOSED)).json());
  const source = readLabSources(labsDir).sources.find(({ id }) => id === lab);
  if (!source) throw new Error(`There is no lab "${lab}" in ${labsDir}`);
  const cgroup = cgroupMode === "v2" ? "v2" : "v1";
  const built = buildLabOrThrow(source, { values: detail.values, workDir: detail.workDir, cgroup, repository: root });
  return { detail, steps: built.steps };
}

/** Looks at this machine now; what it returns looks again. A machine that ends with the test keeps nothing anyway. */
function watchForLeavings(product: Product, lab: string): () => Promise<void> {
  if (product.place === "vm") return async () => undefined;
  const own = testScope({ cgroupBase: `/glassbox/${lab}`, directories: [path.join(product.dataDir, "lab", lab)] });
  const scope = { ...own, ancestorPid: product.pid };
  const before = takeInventory(scope);
  return async () => expect(await leaksSince(before, scope)).toEqual([]);
}
