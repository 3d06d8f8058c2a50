import assert from "node:assert/strict";
import { test } from "node:test";
import { choosePlace } from "./place.mjs";

const laptop = { root: true, marker: false, ci: false, virtual: false, desktop: true, wsl: false };
const cloudVm = { root: true, marker: false, ci: false, virtual: true, desktop: false, wsl: false };
const nothingAsked = { vm: false, here: false };

const cases = [
  ["boots the VM on a laptop", nothingAsked, laptop, "vm"],
  ["boots the VM on a server that is real hardware", nothingAsked, { ...laptop, desktop: false }, "vm"],
  ["boots the VM on a virtual machine with a desktop", nothingAsked, { ...cloudVm, desktop: true }, "vm"],
  ["boots the VM on the Linux of a Windows machine", nothingAsked, { ...cloudVm, wsl: true }, "vm"],
  ["boots the VM for who is not root", nothingAsked, { ...cloudVm, root: false }, "vm"],
  ["stays on a virtual machine without a desktop", nothingAsked, cloudVm, "here"],
  ["stays where the marker says so, desktop or not", nothingAsked, { ...laptop, marker: true }, "here"],
  ["stays on a build service's machine", nothingAsked, { ...laptop, ci: true }, "here"],
  ["does what --here asks on a laptop", { vm: false, here: true }, laptop, "here"],
  ["does what --vm asks on a disposable machine", { vm: true, here: false }, { ...cloudVm, marker: true }, "vm"],
];

for (const [name, asked, signs, expected] of cases) {
  test(`choosePlace ${name}`, () => assert.equal(choosePlace(asked, signs).place, expected));
}
