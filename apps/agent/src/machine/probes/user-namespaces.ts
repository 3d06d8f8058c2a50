/** Whether a user who is not root may make a user namespace: what rootless containers stand on, and what some distributions forbid. */
import { existsSync, readFileSync } from "node:fs";
import type { Finding, Probe } from "../probe.ts";

export const unprivilegedUserNamespaces: Probe = {
  id: "unprivileged-user-namespaces",
  title: "user namespaces without root",
  needed: false,
  look: async () => judgeSettings(readSetting),
};

const settings = [
  { file: "/proc/sys/user/max_user_namespaces", forbids: "0" },
  { file: "/proc/sys/kernel/unprivileged_userns_clone", forbids: "0" },
  { file: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", forbids: "1" },
];

/** @param read the text of a setting, undefined where the kernel does not have it */
export function judgeSettings(read: (file: string) => string | undefined): Finding {
  const forbidding = settings.find(({ file, forbids }) => read(file) === forbids);
  if (!forbidding) return { status: "yes", detail: "no setting forbids them" };
  return {
    status: "no",
    detail: `${forbidding.file} is ${forbidding.forbids}`,
    hint: "Rootless containers cannot be shown here; the rest works",
  };
}

function readSetting(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}
