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
  return judgeKvm(lastBoot());
}

/** Pure: a VM can be made; `kernel` is what came of starting one in it, if that was tried since this machine's start. */
export function judgeKvm(kernel: "ran" | "did not run" | undefined): Finding {
  if (kernel === "ran") return { status: "yes", detail: "a kernel runs in a VM" };
  if (kernel === "did not run") {
    return { status: "no", detail: "VMs can be made, but a kernel started in one does not run", hint: slower };
  }
  return {
    status: "limited",
    detail: "VMs can be made; the first start of the lab VM shows whether a kernel runs in them",
    hint: "If it does not, the lab VM is emulated",
  };
}

/** `scripts/vm/accelerator.mjs` keeps what came of booting a kernel under KVM since this machine was started. */
function lastBoot(): "ran" | "did not run" | undefined {
  const file = path.join(checkoutRoot(), "build/vm/accelerator.json");
  if (!existsSync(file)) return undefined;
  const kept = JSON.parse(readFileSync(file, "utf8")) as { boot: string; accelerator: string };
  if (kept.boot !== readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) return undefined;
  return kept.accelerator === "tcg" ? "did not run" : "ran";
}
