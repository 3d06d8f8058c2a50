/**
 * The lab VM's hardware as QEMU's arguments. See https://www.qemu.org/docs/master/system/invocation.html
 */
import { cpus } from "node:os";

export const qemu = "qemu-system-x86_64";

/** Room for the agent (150 MB), labs that fill a memory limit, and the writable layer. */
const MEMORY_MIB = 2048;

/**
 * @param {object} vm
 * @param {"kvm" | "tcg"} vm.accelerator
 * @param {string} vm.image
 * @param {string} vm.initramfs path
 * @param {string} vm.consoleLog path
 * @param {string} [vm.kernelParameters] more of them
 * @param {{ host: string, port: number } | undefined} vm.forward an address of this machine; the VM has the same port
 * @returns {string[]}
 */
export function qemuArguments({ accelerator, image, initramfs, consoleLog, forward, kernelParameters = "" }) {
  // restrict=on: without it, a program in the VM could reach every server on the host's loopback as 10.0.2.2.
  const forwarding = forward ? `,hostfwd=tcp:${forward.host}:${forward.port}-10.0.2.15:${forward.port}` : "";
  return [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
    // Emulated by one thread: by two, QEMU 7.2 sometimes runs code that is no longer there (docs/decisions/0007).
    ...["-machine", "q35", "-accel", accelerator === "kvm" ? "kvm" : "tcg,thread=single"],
    // Emulated: all that QEMU knows, for programs built for newer processors (Bun wants SSE4.2, better AVX2).
    ...["-cpu", accelerator === "kvm" ? "host" : "max"],
    ...["-smp", String(Math.min(2, cpus().length)), "-m", String(MEMORY_MIB)],
    ...["-kernel", image, "-initrd", initramfs],
    ...["-append", `${commandLine} ${kernelParameters}`.trim()],
    // First serial port: the console, kept in a file. Second: what the guest has to say to us, on our pipe.
    ...["-serial", `file:${consoleLog}`, "-serial", "stdio"],
    // multidevs=remap: the host's root spans several file systems, whose inode numbers may be the same.
    ...["-virtfs", "local,id=host,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"],
    ...["-netdev", `user,id=net,restrict=on,ipv6=off${forwarding}`, "-device", "virtio-net-pci,netdev=net,romfile="],
  ];
}

/**
 * psi=1: Debian's kernel keeps pressure information off until asked, and the observer reads it. mitigations=off: a VM
 * that is thrown away defends nothing, and under emulation they cost much.
 */
const commandLine = "console=ttyS0 panic=-1 psi=1 mitigations=off random.trust_cpu=on net.ifnames=0 loglevel=5";
