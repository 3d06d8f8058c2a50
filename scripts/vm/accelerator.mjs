/**
 * KVM where it truly works, plain emulation where not. That /dev/kvm opens says little: inside another VM it may open
 * and then run nothing. So the kernel is started under KVM once, and has a few seconds to print its first line.
 */
import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { inBuild } from "../setup/paths.mjs";
import { qemu } from "./qemu.mjs";

/** A kernel under working KVM prints within a few hundred milliseconds. */
const FIRST_LINE_MS = 4000;

/** @param {string} image the kernel to try @returns {Promise<"kvm" | "tcg">} the answer is kept until the next boot */
export async function chooseAccelerator(image) {
  const answerFile = inBuild("vm/accelerator.json");
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const kept = readAnswer(answerFile);
  if (kept?.boot === boot) return kept.accelerator;
  const accelerator = (await kvmRuns(image)) ? "kvm" : "tcg";
  mkdirSync(inBuild("vm"), { recursive: true });
  writeFileSync(answerFile, JSON.stringify({ boot, accelerator }));
  return accelerator;
}

/** @param {string} file @returns {{ boot: string, accelerator: "kvm" | "tcg" } | undefined} */
function readAnswer(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {string} image */
async function kvmRuns(image) {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
  } catch {
    return false;
  }
  const args = ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-accel", "kvm", "-cpu", "host"];
  const boot = [
    "-m",
    "256",
    "-serial",
    "stdio",
    "-kernel",
    image,
    "-append",
    "console=ttyS0 earlyprintk=serial panic=-1",
  ];
  const child = spawn(qemu, [...args, ...boot], { stdio: ["ignore", "pipe", "ignore"] });
  const deadline = setTimeout(() => child.kill("SIGKILL"), FIRST_LINE_MS);
  let printed = "";
  return await new Promise((resolve) => {
    const end = (/** @type {boolean} */ runs) => {
      clearTimeout(deadline);
      child.kill("SIGKILL");
      resolve(runs);
    };
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      if (printed.includes("Linux version")) end(true);
    });
    child.on("error", () => end(false));
    child.on("close", () => end(false));
  });
}
