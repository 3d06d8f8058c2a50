/**
 * What keeps the lab VM from starting here, in words; undefined when nothing does.
 */
import { existsSync } from "node:fs";
import { findKernel, isReadable, unreadable } from "./kernel.mjs";
import { qemu } from "./qemu.mjs";

/** @returns {string | undefined} */
export function whyNoVm() {
  if (process.env.GLASSBOX_IN_VM) return "this is the lab VM itself";
  if (process.arch !== "x64") return `the lab VM is an x86-64 machine, and this is ${process.arch}`;
  if (!existsSync(`/usr/bin/${qemu}`)) return `there is no /usr/bin/${qemu}`;
  const kernel = findKernel();
  if (!kernel) return "there is no kernel with the 9p file system in /boot and /lib/modules";
  if (!isReadable(kernel.image)) return unreadable(kernel.image);
  return undefined;
}
