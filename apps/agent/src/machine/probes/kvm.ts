/** Whether virtual machines run at full speed. QEMU is asked to make one, since an openable /dev/kvm proves little. */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../checkout-root.ts";
import type { Finding, Probe } from "../probe.ts";
import { tryCommand } from "../try-command.ts";

const slower = "The lab VM is emulated, which takes some ten times as long";

export const kvm: Probe = { id: "kvm", title: "KVM", needed: false, look: tryKvm };

async function tryKvm(signal: AbortSignal): Promise<Finding> {
  if (!existsSync("/dev/kvm")) return { status: "no", detail: "there is no /dev/kvm", hint: slower };
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
  } catch {
    return { status: "no", detail: "/dev/kvm may not be opened", hint: `${slower}; join the group kvm or be root` };
  }
  const machine = ["-machine", "none,accel=kvm", "-display", "none", "-monitor", "stdio"];
  const made = await tryCommand("qemu-system-x86_64", machine, signal, "quit\n");
  if (!made.worked) return { status: "no", detail: `no VM could be made: ${made.said}`, hint: slower };
  if (lastBootFellBack()) {
    return { status: "no", detail: "VMs can be made, but a kernel started in one does not run", hint: slower };
  }
  return { status: "yes", detail: "a VM was made" };
}

/** `scripts/vm/accelerator.mjs` keeps what came of booting a kernel under KVM since this machine was started. */
function lastBootFellBack(): boolean {
  const file = path.join(checkoutRoot(), "build/vm/accelerator.json");
  if (!existsSync(file)) return false;
  const kept = JSON.parse(readFileSync(file, "utf8")) as { boot: string; accelerator: string };
  return kept.accelerator === "tcg" && kept.boot === readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
