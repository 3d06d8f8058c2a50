/** The eight kinds of namespaces (man 7 namespaces), each really made once by a short-lived `unshare`. */
import type { NamespaceKind } from "@glassbox/runtime/kernel";
import type { Probe } from "../probe.ts";
import { tryCommand } from "../try-command.ts";

const kinds: Record<NamespaceKind, { title: string; flags: string[]; needed: boolean }> = {
  mnt: { title: "mount namespaces", flags: ["--mount"], needed: true },
  uts: { title: "UTS namespaces", flags: ["--uts"], needed: true },
  ipc: { title: "IPC namespaces", flags: ["--ipc"], needed: true },
  pid: { title: "PID namespaces", flags: ["--pid", "--fork"], needed: true },
  net: { title: "network namespaces", flags: ["--net"], needed: true },
  user: { title: "user namespaces", flags: ["--user"], needed: false },
  cgroup: { title: "cgroup namespaces", flags: ["--cgroup"], needed: true },
  time: { title: "time namespaces", flags: ["--time", "--fork"], needed: false },
};

export const namespaces: Probe[] = Object.entries(kinds).map(([kind, { title, flags, needed }]) => ({
  id: `namespace-${kind}`,
  title,
  needed,
  async look(signal) {
    const { worked, said } = await tryCommand("unshare", [...flags, "true"], signal);
    if (worked) return { status: "yes", detail: "one was made" };
    return { status: "no", detail: said, hint: "As root, or with a kernel that has them: npm start -- --vm" };
  },
}));
