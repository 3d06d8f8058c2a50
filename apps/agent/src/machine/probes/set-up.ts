/**
 * What the set-up knows: whether the lab VM can boot here, and which Debian packages are missing. Asked from the set-up
 * itself (`scripts/setup/report.mjs`), which owns both lists.
 */
import path from "node:path";
import { checkoutRoot } from "../checkout-root.ts";
import type { Probe } from "../probe.ts";
import { tryCommand } from "../try-command.ts";

interface SetUpReport {
  whyNoVm: string | null;
  missing: Array<{ name: string; why: string }>;
}

async function report(signal: AbortSignal): Promise<SetUpReport> {
  const script = path.join(checkoutRoot(), "scripts/setup/report.mjs");
  const { worked, said } = await tryCommand(process.execPath, [script], signal);
  if (!worked) throw new Error(`Cannot ask the set-up: ${said}`);
  return JSON.parse(said) as SetUpReport;
}

export const labVm: Probe = {
  id: "lab-vm",
  title: "lab VM",
  needed: false,
  async look(signal) {
    const { whyNoVm } = await report(signal);
    if (whyNoVm === null) return { status: "yes", detail: "QEMU and a kernel for it are there" };
    return { status: "no", detail: whyNoVm, hint: "npm start -- --vm installs what is missing" };
  },
};

export const packages: Probe = {
  id: "packages",
  title: "packages",
  needed: false,
  async look(signal) {
    const { missing } = await report(signal);
    if (missing.length === 0) return { status: "yes", detail: "all there" };
    const names = missing.map(({ name }) => name);
    return {
      status: "limited",
      detail: `missing: ${missing.map(({ name, why }) => `${name} (${why})`).join(", ")}`,
      hint: `apt-get install ${names.join(" ")}`,
    };
  },
};
