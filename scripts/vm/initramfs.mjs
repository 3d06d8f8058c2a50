/**
 * The VM's initramfs: busybox, the modules, and the scripts in `guest/`. Made anew for every boot, since the command to
 * run is in it; it is small and takes less than a tenth of a second.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { inRoot, root } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { cpio } from "./cpio.mjs";
import { neededModules } from "./kernel.mjs";
import { loadOrder, readModule } from "./modules.mjs";

/**
 * @param {import("./kernel.mjs").Kernel} kernel
 * @param {string} mainScript what the VM does once it is up, shell text
 * @returns {Buffer}
 */
export function initramfs(kernel, mainScript) {
  const order = loadOrder(readFileSync(path.join(kernel.modules, "modules.dep"), "utf8"), neededModules);
  const guest = (/** @type {string} */ name) => readFileSync(inRoot("scripts/vm/guest", name));
  return cpio([
    { path: "bin", mode: 0o755 },
    { path: "bin/busybox", mode: 0o755, content: busybox() },
    { path: "dev", mode: 0o755 },
    { path: "guest", mode: 0o755 },
    { path: "guest/checkout", mode: 0o644, content: root },
    { path: "guest/inittab", mode: 0o644, content: guest("inittab") },
    { path: "guest/main.sh", mode: 0o755, content: mainScript },
    { path: "guest/setup.sh", mode: 0o755, content: guest("setup.sh") },
    { path: "init", mode: 0o755, content: guest("init.sh") },
    { path: "modules", mode: 0o755 },
    ...order.map((file, index) => ({
      // The shell's glob sorts by name, so the number keeps the order.
      path: `modules/${String(index).padStart(2, "0")}-${path.basename(file).replace(/\.ko.*$/, "")}`,
      mode: 0o644,
      content: readModule(path.join(kernel.modules, file)),
    })),
  ]);
}

function busybox() {
  try {
    return readFileSync("/bin/busybox");
  } catch (cause) {
    throw new Refusal("Cannot make the VM's initramfs: there is no /bin/busybox", "apt-get install busybox-static", {
      cause,
    });
  }
}
