/**
 * `/proc/PID/status` (man 5 proc_pid_status): `Key:<tab>value` lines. Read for what `stat` lacks: ids, the pids seen
 * from inner pid namespaces, capability masks, seccomp, no_new_privs.
 */
import { readProcFile } from "./proc-file.ts";

/** Masks as the kernel prints them, 16 hex digits; `capabilityNames` of `capabilities.ts` turns one into names. */
export interface CapabilityMasks {
  effective: string;
  permitted: string;
  inheritable: string;
  bounding: string;
  ambient: string;
}

export interface ProcessStatus {
  name: string;
  /** Real, effective, saved and file-system id, as the reader's user namespace sees them. */
  uids: number[];
  gids: number[];
  groups: number[];
  /** From the reader's pid namespace inwards; the last is what the process itself sees. */
  nsPids: number[];
  capabilities: CapabilityMasks;
  noNewPrivs: boolean;
  /** 0 none, 1 strict, 2 filter. */
  seccompMode: number;
  /** 0 for kernel threads, which have no memory of their own. */
  rssBytes: number;
  kernelThread: boolean;
}

/** Reads the text of `status`. A line that an older kernel does not print leaves its field at zero or empty. */
export function parseStatus(text: string): ProcessStatus {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) values.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const numbers = (key: string) => (values.get(key) ?? "").split(/\s+/).filter(Boolean).map(Number);
  const mask = (key: string) => values.get(key) ?? "0000000000000000";
  return {
    name: values.get("Name") ?? "",
    uids: numbers("Uid"),
    gids: numbers("Gid"),
    groups: numbers("Groups"),
    nsPids: numbers("NSpid"),
    capabilities: {
      effective: mask("CapEff"),
      permitted: mask("CapPrm"),
      inheritable: mask("CapInh"),
      bounding: mask("CapBnd"),
      ambient: mask("CapAmb"),
    },
    noNewPrivs: values.get("NoNewPrivs") === "1",
    seccompMode: Number(values.get("Seccomp") ?? 0),
    rssBytes: Number((values.get("VmRSS") ?? "0").split(" ")[0]) * 1024,
    // `Kthread:` is there since Linux 6.8; before, a kernel thread is known by having no memory at all. So is a zombie.
    kernelThread:
      values.get("Kthread") === "1" ||
      (!values.has("Kthread") && !values.has("VmSize") && !/^[ZX]/.test(values.get("State") ?? "")),
  };
}

/** Undefined when there is no such process (any more). */
export function readStatus(pid: number | "self"): ProcessStatus | undefined {
  const text = readProcFile(`/proc/${pid}/status`);
  return text === undefined || text === "" ? undefined : parseStatus(text);
}
