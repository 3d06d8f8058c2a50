/**
 * The device rules of cgroup v2: v1's list of files as a program that the kernel runs each time a process of the cgroup
 * opens or makes a device node (BPF_PROG_TYPE_CGROUP_DEVICE; Documentation/admin-guide/cgroup-v2.rst, "Device
 * controller"). It is asked with kind, number and the accesses wanted, and answers 1 or 0. `devices.ts` has the rules.
 */
import { BPF } from "../abi/bpf.ts";
import { STRUCTS } from "../abi/structs.ts";
import { assembleEbpf, type EbpfInstruction, type EbpfLine, type Register } from "../ebpf/assembler.ts";
import { devicesNamed, effectiveDeviceRules } from "./devices.ts";
import type { DeviceRule } from "./limits.ts";

const CONTEXT: Register = 1;
const KIND: Register = 2;
const WANTED: Register = 3;
const MAJOR: Register = 4;
const MINOR: Register = 5;
const ANSWER: Register = 0;

const KINDS: Record<string, number> = { b: BPF.BPF_DEVCG_DEV_BLOCK, c: BPF.BPF_DEVCG_DEV_CHAR };
const ACCESSES: Record<string, number> = {
  r: BPF.BPF_DEVCG_ACC_READ,
  w: BPF.BPF_DEVCG_ACC_WRITE,
  m: BPF.BPF_DEVCG_ACC_MKNOD,
};
const EVERY_ACCESS = BPF.BPF_DEVCG_ACC_READ | BPF.BPF_DEVCG_ACC_WRITE | BPF.BPF_DEVCG_ACC_MKNOD;

/**
 * The config's rules, and after them what every container may use, as a program. The last rule that speaks of an access
 * decides on it, and one access refused is all refused; nothing is allowed before the first rule.
 * @throws GlassboxError invalid argument for a device number of more than 32 bits
 */
export function deviceProgram(rules: readonly DeviceRule[] = []): EbpfInstruction[] {
  const all = effectiveDeviceRules(rules);
  const start = all.findLastIndex(isAboutEverything);
  const base = all[start]?.allow ?? false;
  // Where the config allows everything but some, what every container may use says nothing new, and must not give back
  // what is forbidden by number: there v1 goes by names alone, as `mayMakeOnV1` tells.
  const names = rules.map(devicesNamed);
  const needed = all.filter((rule, index) => index < rules.length || !base || names.includes(devicesNamed(rule)));
  // What stands before a rule about everything has no say; the verifier refuses code that is never reached.
  const exceptions = needed.slice(start + 1).reverse();
  const { access_type, major, minor } = STRUCTS.bpf_cgroup_dev_ctx.fields;
  return assembleEbpf([
    { kind: "load", to: KIND, from: CONTEXT, offset: access_type.offset },
    { kind: "copy", to: WANTED, from: KIND },
    { kind: "and", to: KIND, value: 0xffff },
    { kind: "shift right", to: WANTED, value: 16 },
    { kind: "load", to: MAJOR, from: CONTEXT, offset: major.offset },
    { kind: "load", to: MINOR, from: CONTEXT, offset: minor.offset },
    ...exceptions.flatMap(decide),
    ...answer(base),
    ...(exceptions.some(({ allow }) => allow !== base) ? answer(!base) : []),
  ]);
}

/** Latest rule first: what it allows needs no other rule, what it forbids settles the matter. */
function decide({ allow, type, major, minor, access }: DeviceRule, index: number): EbpfLine[] {
  const next = `rule ${index + 1}`;
  const unless = (register: Register, value: number): EbpfLine[] => [
    { kind: "jump if", register, condition: "!=", value, target: next },
  ];
  const bits = accessBits(access);
  return [
    ...(isAny(type) ? [] : unless(KIND, KINDS[type ?? ""] ?? 0)),
    ...(isAnyNumber(major) ? [] : unless(MAJOR, major)),
    ...(isAnyNumber(minor) ? [] : unless(MINOR, minor)),
    ...(allow
      ? ([
          { kind: "and", to: WANTED, value: ~bits },
          { kind: "jump if", register: WANTED, condition: "==", value: 0, target: "allow" },
        ] as const)
      : ([{ kind: "jump if", register: WANTED, condition: "&", value: bits, target: "forbid" }] as const)),
    { kind: "label", name: next },
  ];
}

function answer(allow: boolean): EbpfLine[] {
  return [
    { kind: "label", name: allow ? "allow" : "forbid" },
    { kind: "set", to: ANSWER, value: allow ? 1 : 0 },
    { kind: "exit" },
  ];
}

function isAboutEverything({ type, major, minor, access }: DeviceRule): boolean {
  return isAny(type) && isAnyNumber(major) && isAnyNumber(minor) && accessBits(access) === EVERY_ACCESS;
}

function isAny(type: string | undefined): boolean {
  return type === undefined || type === "" || type === "a";
}

function isAnyNumber(value: number | undefined): value is undefined {
  return value === undefined || value < 0;
}

function accessBits(access = ""): number {
  return access === "" ? EVERY_ACCESS : [...access].reduce((bits, letter) => bits | (ACCESSES[letter] ?? 0), 0);
}
