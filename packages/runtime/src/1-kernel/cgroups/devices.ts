/**
 * The devices controller of v1: which device nodes may be opened or made. Having a node in /dev is not enough to use a
 * device; this list decides. v2 has no files for it and asks a BPF program instead: `devices-bpf.ts`.
 */
import type { Controller, DeviceRule, FileWrite } from "./limits.ts";

/** What every container may use: nodes may be made, and the harmless devices the runtime puts into /dev opened. */
export const DEFAULT_DEVICE_RULES: readonly DeviceRule[] = [
  { allow: true, type: "c", access: "m" },
  { allow: true, type: "b", access: "m" },
  { allow: true, type: "c", major: 1, minor: 3, access: "rwm" }, // null
  { allow: true, type: "c", major: 1, minor: 5, access: "rwm" }, // zero
  { allow: true, type: "c", major: 1, minor: 7, access: "rwm" }, // full
  { allow: true, type: "c", major: 1, minor: 8, access: "rwm" }, // random
  { allow: true, type: "c", major: 1, minor: 9, access: "rwm" }, // urandom
  { allow: true, type: "c", major: 5, minor: 0, access: "rwm" }, // tty
  { allow: true, type: "c", major: 5, minor: 1, access: "rwm" }, // console
  { allow: true, type: "c", major: 5, minor: 2, access: "rwm" }, // ptmx
  { allow: true, type: "c", major: 136, access: "rwm" }, // pts/*
];

/** The config's rules with the defaults after them, where the later rule wins; nothing is allowed before the first. */
export function effectiveDeviceRules(rules: readonly DeviceRule[] = []): DeviceRule[] {
  return [...rules, ...DEFAULT_DEVICE_RULES];
}

/**
 * Would the kernel let a process under these rules make a node on v1? Its list has a default that the last rule for
 * everything sets, and exceptions, which a later rule takes back only when it names the same devices: a rule "b *:* m" does
 * not undo an earlier "deny b 7:0 m" (security/device_cgroup.c).
 */
export function mayMakeOnV1(
  rules: readonly DeviceRule[] | undefined,
): (device: { type: string; major: number; minor: number }) => boolean {
  let allowed = false;
  let exceptions: Array<{ name: string; rule: DeviceRule; access: Set<string> }> = [];
  for (const rule of effectiveDeviceRules(rules)) {
    if ((rule.type ?? "a") === "a" || rule.type === "") {
      allowed = rule.allow;
      exceptions = [];
      continue;
    }
    const access = rule.access || "rwm";
    const name = devicesNamed(rule);
    const known = exceptions.find((exception) => exception.name === name);
    if (rule.allow === allowed) for (const right of access) known?.access.delete(right);
    else if (known) for (const right of access) known.access.add(right);
    else exceptions.push({ name, rule, access: new Set(access) });
  }
  const any = (number: number | undefined) => number === undefined || number < 0;
  const makable = exceptions.filter(({ access }) => access.has("m"));
  return (device) => {
    const excepted = makable.some(
      ({ rule }) =>
        rule.type === device.type &&
        (any(rule.major) || rule.major === device.major) &&
        (any(rule.minor) || rule.minor === device.minor),
    );
    return allowed !== excepted;
  };
}

/** What a rule is about, whatever it says of it: rules with the same name are about the same devices. */
export function devicesNamed(rule: DeviceRule): string {
  return formatDeviceRule({ ...rule, access: "rwm" });
}

/** How v1 writes a rule: `c 1:3 rwm`, `a *:* rwm`. */
export function formatDeviceRule({ type = "a", major, minor, access = "rwm" }: DeviceRule): string {
  const number = (value: number | undefined) => (value === undefined || value < 0 ? "*" : String(value));
  return `${type === "" ? "a" : type} ${number(major)}:${number(minor)} ${access === "" ? "rwm" : access}`;
}

export const devices: Controller = {
  name: "devices",

  v1({ devices: rules = [] }) {
    const start: FileWrite = {
      file: "devices.deny",
      value: "a",
      why: "Forbid every device first; what follows is the list of exceptions",
      from: "/devices",
    };
    const writes = effectiveDeviceRules(rules).flatMap((rule, index): FileWrite[] => {
      const everything = (rule.type ?? "a") === "a" || rule.type === "";
      // "deny all" again would be a second write of the same, and only forgets rules that stand before it in this list.
      if (!rule.allow && everything && index === 0) return [];
      const value = everything ? "a" : formatDeviceRule(rule);
      const fromConfig = index < rules.length;
      return [
        {
          file: rule.allow ? "devices.allow" : "devices.deny",
          value,
          why: `${rule.allow ? "Allow" : "Forbid"} ${everything ? "every device" : `device ${value}`}${fromConfig ? "" : " (every container has it)"}`,
          from: fromConfig ? `/devices/${index}` : "/devices",
        },
      ];
    });
    return [start, ...writes];
  },
};
