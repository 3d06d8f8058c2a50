/**
 * Every lab, solved through the browser as a learner does it: each step's check is seen to fail before, to fail after
 * every wrong way the lab knows, and to hold after the solution. Then the lab is reset, and nothing of it is left.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { leaksSince, takeInventory, testScope } from "../inventory/inventory.ts";
import { Learner } from "./learner.ts";
import { expect, test } from "./product.ts";

const labsDir = path.resolve(import.meta.dirname, "../../labs");
const labs = readdirSync(labsDir).filter((name) => /^\d{3}-/.test(name));

/** Scripts for this machine: `solve.sh`, or the one for the cgroup version its controllers are on. */
function scripts(stepDir: string, cgroup: "v1" | "v2"): { solve: string; wrong: Array<[name: string, text: string]> } {
  const names = readdirSync(stepDir);
  const fits = (name: string) => !/-v[12]\.sh$/.test(name) || name.endsWith(`-${cgroup}.sh`);
  const read = (name: string) => readFileSync(path.join(stepDir, name), "utf8");
  const solve = names.find((name) => name.startsWith("solve") && fits(name));
  if (!solve) throw new Error(`${stepDir} has no solution for cgroup ${cgroup}`);
  return {
    solve: read(solve),
    wrong: names.filter((name) => name.startsWith("wrong") && fits(name)).map((name) => [name, read(name)]),
  };
}

/** Per-learner values and lab paths, as the page fills them into its text. */
function filled(script: string, detail: { values: Record<string, string> }): string {
  return script.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => detail.values[name] ?? whole);
}

for (const lab of labs) {
  test(`${lab}: every step fails before, fails the wrong way, and holds when solved`, async ({ page, product }) => {
    test.setTimeout(420_000);
    const scope = testScope({ cgroupBase: `/glassbox/${lab}`, directories: [path.join(product.dataDir, "lab", lab)] });
    const before = takeInventory({ ...scope, ancestorPid: product.pid });
    const machine = await (await page.request.get("/api/machine")).json();
    const learner = new Learner(page);
    await learner.openLab(lab);
    const detail = await (await page.request.get(`/api/labs/${lab}`)).json();
    expect(detail.whyNotRunnable, "this machine runs the lab").toBeUndefined();

    for (const [index, step] of detail.steps.entries()) {
      await test.step(`${step.id}: ${step.title}`, async () => {
        const { solve, wrong } = scripts(path.join(labsDir, lab, step.id), machine.cgroupMode === "v2" ? "v2" : "v1");
        await learner.goToStep(index + 1);
        expect(await learner.isDone(), "not done before anything is typed").toBe(false);
        for (const [name, script] of wrong) {
          await learner.perform(filled(script, detail), "before undo");
          expect(await learner.isDone(), `not done by ${name}`).toBe(false);
          await learner.perform(filled(script, detail), "undo");
        }
        await learner.perform(filled(solve, detail));
        await expect(learner.checks.getByRole("heading"), await learner.checks.innerText()).toContainText("Done");
      });
    }

    await learner.resetLab();
    await expect.poll(async () => (await (await page.request.get(`/api/labs/${lab}`)).json()).stepsDone).toBe(0);
    // The page opens the lab again for the next try. Away from it, a second reset leaves the lab closed.
    await page.goto("/");
    const closed = await page.request.post(`/api/labs/${lab}/reset`, {
      headers: { Origin: new URL(product.url).origin },
    });
    expect(closed.ok(), await closed.text()).toBe(true);
    expect(await leaksSince(before, { ...scope, ancestorPid: product.pid })).toEqual([]);
  });
}
