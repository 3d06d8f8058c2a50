/**
 * How the native programs are compiled: static, so that the same file runs in the lab VM and inside any container's mount
 * namespace; with musl, because they are started several times a container. glibc asks the processor for its features each
 * time (cpuid, some forty times), and in a virtual machine every answer comes from the machine below: a third of a
 * millisecond for each program.
 */
import { runCommand } from "../setup/run-command.mjs";

/** Debian's and Ubuntu's name of this processor, in paths. */
const PLACE = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[process.arch] ?? "";

const flags = ["-O2", "-static", "-no-pie", "-fno-pie"];

/** musl has none of the kernel's headers. */
const kernelHeaders = ["-idirafter", "/usr/include", "-idirafter", `/usr/include/${PLACE}`];

/**
 * @param {string[]} args
 * @param {{ log: string, hint: string }} words
 */
export async function compile(args, { log, hint }) {
  await runCommand("musl-gcc", [...flags, ...kernelHeaders, ...args], {
    log,
    hint: `${hint}, or install a C compiler: apt-get install gcc musl-tools linux-libc-dev`,
  });
}

/** A library by its file: beside it is glibc, which must not be found. @param {string} name */
export function staticLibrary(name) {
  return `/usr/lib/${PLACE}/lib${name}.a`;
}
