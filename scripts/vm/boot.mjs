/**
 * Boots the lab VM and speaks with it over its second serial port. The guest's words to us are lines that begin with
 * the record separator (0x1e); everything else on that port is output of the command it runs, and is passed on.
 */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { inBuild } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { chooseAccelerator } from "./accelerator.mjs";
import { initramfs } from "./initramfs.mjs";
import { needKernel } from "./kernel.mjs";
import { qemu, qemuArguments } from "./qemu.mjs";
import { WordReader } from "./words.mjs";

/**
 * @typedef {object} VmOptions
 * @property {string} name keeps the files of VMs that run at the same time apart
 * @property {string} mainScript shell text that runs once the VM is up, as root, output to the console
 * @property {{ host: string, port: number }} [forward] the VM's port of this number, as an address of this machine
 * @property {boolean} [yielding] take only the processor time that nothing else on this machine wants
 * @property {string} [kernelParameters] for the kernel's command line, beside ours
 * @property {(word: string, text: string) => void} onWord a word of the guest: `progress`, `ready`, `failed`, `exit`
 * @property {(chunk: Buffer) => void} [onOutput] what the command printed to /dev/ttyS1
 *
 * @typedef {object} Vm
 * @property {string} consoleLog
 * @property {"kvm" | "tcg"} accelerator
 * @property {number} pid of QEMU
 * @property {Promise<void>} ended when QEMU is gone
 * @property {() => Promise<void>} stop end QEMU; resolves when it is gone
 */

/** QEMU leaves within milliseconds of SIGTERM; when it does not, it hangs. */
const STOP_MS = 3000;

/** @param {VmOptions} options @returns {Promise<Vm>} @throws {Refusal} when QEMU or a kernel is missing */
export async function bootVm({ name, mainScript, forward, yielding = false, kernelParameters = "", onWord, onOutput }) {
  const kernel = needKernel();
  const files = inBuild("vm", name);
  rmSync(files, { recursive: true, force: true });
  mkdirSync(files, { recursive: true });
  const consoleLog = `${files}/console.log`;
  writeFileSync(consoleLog, "");
  writeFileSync(`${files}/initramfs.cpio`, initramfs(kernel, mainScript));
  const accelerator = await chooseAccelerator(kernel.image);
  const { image } = kernel;
  const hardware = { accelerator, image, initramfs: `${files}/initramfs.cpio`, consoleLog, forward, kernelParameters };
  // Its own process group: Ctrl-C on our terminal goes to us, and we end QEMU when we have said why.
  const child = spawn(qemu, qemuArguments(hardware), { stdio: ["ignore", "pipe", "pipe"], detached: true });
  // At once: the threads that emulate the processors are started later, and take after the first.
  if (yielding && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const reader = new WordReader(onWord, onOutput ?? (() => {}));
  child.stdout.on("data", (chunk) => reader.take(chunk));
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint = (complaint + chunk).slice(-4096);
  });
  // Whatever ends us, QEMU must not stay behind.
  const killAtExit = () => child.kill("SIGKILL");
  process.on("exit", killAtExit);
  const ended = new Promise((resolve, reject) => {
    child.on("error", (cause) => {
      process.off("exit", killAtExit);
      reject(new Refusal(`Cannot start ${qemu}: ${cause.message}`, "apt-get install qemu-system-x86", { cause }));
    });
    child.on("close", (code, signal) => {
      process.off("exit", killAtExit);
      reader.end();
      if (code === 0 || signal || code === 128 + constants.signals.SIGTERM) resolve(undefined);
      else
        reject(
          new Refusal(
            `The lab VM ended with an error: ${complaint.trim() || `exit code ${code}`}`,
            `See ${consoleLog}`,
          ),
        );
    });
  });
  ended.catch(() => {}); // told to whoever awaits it; never an unhandled rejection
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended.catch(() => {});
    clearTimeout(timer);
  };
  return { consoleLog, accelerator, pid: child.pid ?? 0, ended, stop };
}
