/**
 * Here or in the lab VM? The agent is a root shell behind a socket and its learners try things out, so it runs in place
 * only on a machine that may be thrown away. docs/decisions/0001-where-it-runs.md says why it is decided this way.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { release } from "node:os";
import path from "node:path";

/** Made by our own provisioning (vagrant/) and inside the lab VM; make it yourself to say the same of your machine. */
const disposableMarker = "/etc/glassbox-disposable";

/**
 * @typedef {object} Signs
 * @property {boolean} root
 * @property {boolean} marker {@link disposableMarker} exists
 * @property {boolean} ci a build service's machine: CI=true
 * @property {boolean} virtual the processor says that it is a virtual machine's
 * @property {boolean} desktop someone sits at it: a graphical session, or a program that starts them
 * @property {boolean} wsl a Windows machine's Linux, which is somebody's own computer although it is virtual
 */

/**
 * @param {{ vm: boolean, here: boolean }} asked
 * @param {Signs} signs
 * @returns {{ place: "here" | "vm", why: string }}
 */
export function choosePlace(asked, signs) {
  if (asked.vm) return { place: "vm", why: "--vm asks for it" };
  if (asked.here) return { place: "here", why: "--here asks for it" };
  if (signs.marker) return { place: "here", why: `${disposableMarker} says that this machine may be thrown away` };
  if (signs.ci) return { place: "here", why: "CI=true: this is a build service's machine" };
  if (signs.wsl) return { place: "vm", why: "this is the Linux of a Windows machine" };
  if (signs.desktop) return { place: "vm", why: "this machine has a desktop, so it is somebody's own" };
  if (!signs.virtual) return { place: "vm", why: "this is no virtual machine" };
  if (!signs.root) return { place: "vm", why: "only root can run it here" };
  return { place: "here", why: "this is a virtual machine without a desktop" };
}

/** @returns {Signs} */
export function readSigns() {
  return {
    root: process.getuid?.() === 0,
    marker: existsSync(disposableMarker),
    ci: process.env.CI === "true",
    virtual: /^flags\s*:.*\bhypervisor\b/m.test(readFileSync("/proc/cpuinfo", "utf8")),
    desktop: hasDesktop(),
    wsl: /microsoft/i.test(release()),
  };
}

function hasDesktop() {
  if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return true;
  if (existsSync("/etc/X11/default-display-manager")) return true;
  // sudo drops DISPLAY, so ask systemd-logind's own records as well.
  const sessions = "/run/systemd/sessions";
  const files = existsSync(sessions) ? readdirSync(sessions).filter((name) => !name.endsWith(".ref")) : [];
  return files.some((name) => /^TYPE=(x11|wayland|mir)$/m.test(readFileSync(path.join(sessions, name), "utf8")));
}
