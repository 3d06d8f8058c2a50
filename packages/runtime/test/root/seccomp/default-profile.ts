/**
 * The profile podman gives a container, as its package ships it: rules that hold only with a capability, or on some
 * architecture, are picked out as podman does before a runtime sees them.
 */
import { existsSync, readFileSync } from "node:fs";
import type { SeccompProfile, SeccompRule } from "../../../src/1-kernel/seccomp/profile.ts";

const FILE = "/usr/share/containers/seccomp.json";

interface Condition {
  caps?: string[] | null;
  arches?: string[] | null;
}
interface EngineRule extends SeccompRule {
  includes?: Condition;
  excludes?: Condition;
}
interface EngineProfile extends Omit<SeccompProfile, "syscalls"> {
  archMap?: Array<{ architecture: string; subArchitectures: string[] }>;
  syscalls: EngineRule[];
}

export function whyNoDefaultProfile(): string | false {
  return existsSync(FILE) ? false : `there is no ${FILE} (Debian: golang-github-containers-common)`;
}

/** @param capabilities those of the container: with some, rules come in that let more calls through */
export function defaultProfile(capabilities: readonly string[]): SeccompProfile {
  const { archMap = [], syscalls, ...rest }: EngineProfile = JSON.parse(readFileSync(FILE, "utf8"));
  const own = archMap.find(({ architecture }) => architecture === "SCMP_ARCH_X86_64");
  const has = (name: string) => capabilities.includes(name);
  const rules = syscalls.filter(({ includes = {}, excludes = {} }) => {
    const wanted = (includes.caps ?? []).every(has) && (includes.arches?.includes("amd64") ?? true);
    const unwanted = (excludes.caps ?? []).some(has) || (excludes.arches?.includes("amd64") ?? false);
    return wanted && !unwanted;
  });
  return {
    ...rest,
    architectures: own ? [own.architecture, ...own.subArchitectures] : [],
    syscalls: rules.map(({ names, action, errnoRet, args }) => ({
      names,
      action,
      ...(typeof errnoRet === "number" ? { errnoRet } : {}),
      ...(args ? { args } : {}),
    })),
  };
}
