/** Which answers a seccomp filter can give (man 2 seccomp, "/proc interfaces"). */
import { existsSync, readFileSync } from "node:fs";
import type { Finding, Probe } from "../probe.ts";

const actionsFile = "/proc/sys/kernel/seccomp/actions_avail";

export const seccomp: Probe = {
  id: "seccomp",
  title: "seccomp filters",
  needed: true,
  look: async () => judgeActions(existsSync(actionsFile) ? readFileSync(actionsFile, "utf8") : undefined),
};

export function judgeActions(text: string | undefined): Finding {
  if (text === undefined)
    return { status: "no", detail: "the kernel has none", hint: "Use a kernel with CONFIG_SECCOMP_FILTER" };
  const actions = text.trim().split(/\s+/);
  const missing = ["allow", "errno", "kill_process", "log"].filter((action) => !actions.includes(action));
  if (missing.length === 0) return { status: "yes", detail: actions.join(" ") };
  return { status: "limited", detail: `without ${missing.join(", ")}`, hint: "Profiles that use them are refused" };
}
