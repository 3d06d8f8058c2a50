/**
 * Finds a kernel on this machine that the lab VM can boot: any in /boot whose modules are beside it and include the 9p
 * file system, which is how the VM sees the host's files. Debian's and Ubuntu's own kernels both do.
 */
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { Refusal } from "../setup/refusal.mjs";

/** What the VM cannot do without: its root file system and the network card behind the forwarded port. */
export const neededModules = ["virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_net"];

/**
 * @typedef {object} Kernel
 * @property {string} image
 * @property {string} release
 * @property {string} modules the folder with modules.dep
 */

/** @returns {Kernel | undefined} the newest that fits */
export function findKernel() {
  const images = existsSync("/boot") ? readdirSync("/boot").filter((name) => name.startsWith("vmlinuz-")) : [];
  return images
    .map((name) => {
      const release = name.slice("vmlinuz-".length);
      return { image: path.join("/boot", name), release, modules: path.join("/lib/modules", release) };
    })
    .filter(
      ({ modules }) => existsSync(path.join(modules, "modules.dep")) && existsSync(path.join(modules, "kernel/fs/9p")),
    )
    .sort((a, b) => a.release.localeCompare(b.release, "en", { numeric: true }))
    .at(-1);
}

/** @returns {Kernel} @throws {Refusal} */
export function needKernel() {
  const kernel = findKernel();
  if (!kernel) {
    throw new Refusal(
      "Cannot boot the lab VM: no kernel in /boot has its modules and the 9p file system in /lib/modules",
      "apt-get install linux-image-amd64 (Debian) or linux-image-generic (Ubuntu)",
    );
  }
  if (!isReadable(kernel.image)) {
    throw new Refusal(`Cannot boot the lab VM: ${unreadable(kernel.image)}`, `First: sudo chmod +r ${kernel.image}`);
  }
  return kernel;
}

/** Ubuntu keeps its kernels from everybody but root, whose machine has the same in a public package. @param {string} image */
export function isReadable(image) {
  try {
    accessSync(image, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} image */
export const unreadable = (image) => `only root may read its kernel, ${image}`;
