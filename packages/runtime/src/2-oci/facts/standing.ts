/**
 * Who the runtime is on this machine. podman without root runs it as root of a user namespace, where that root may do
 * little to the machine; a person may run it as plain themselves. Both are called rootless (as in runc), and what
 * changes is said in `plan/` where it is done: maps, devices, cgroups, limits.
 */
import { readFileSync } from "node:fs";
import { GlassboxError } from "../../0-base/mod.ts";
import { parseIdMap } from "../../1-kernel/mod.ts";
import type { Standing } from "../plan/planning.ts";

/** The ids of the machine's own user namespace: all of them, as they are. */
const ALL_IDS = 2 ** 32 - 1;

/** It is the same for as long as a process lives. */
let standing: Standing | undefined;

export function readStanding(): Standing {
  standing ??= findStanding();
  return standing;
}

function findStanding(): Standing {
  const [first] = parseIdMap(readFileSync("/proc/self/uid_map", "utf8"));
  return {
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    inUserNamespace: !(first?.inside === 0 && first.outside === 0 && first.length === ALL_IDS),
    mayChooseGroups: readGroupsWord("self") !== "deny",
  };
}

/** May processes in the user namespace of process `pid` choose their groups: the word in its `setgroups` file. */
export function readGroupsWord(pid: number | "self"): string {
  try {
    return readFileSync(`/proc/${pid}/setgroups`, "utf8").trim();
  } catch {
    return "allow"; // a kernel without user namespaces
  }
}

/**
 * Pure: may cgroups that cannot be made be done without?
 * @param flag what `parseRootless` read
 */
export function isRootless({ uid, inUserNamespace }: Standing, flag: boolean | undefined): boolean {
  return flag ?? (uid !== 0 || inUserNamespace);
}

const TRUE = ["1", "t", "T", "true", "TRUE", "True"];
const FALSE = ["0", "f", "F", "false", "FALSE", "False"];

/**
 * Pure: the flag `--rootless`, in the spellings that runc takes, which are those of Go's strconv.ParseBool.
 * @returns undefined for `auto`, or nothing: whoever runs it decides
 * @throws GlassboxError invalid argument
 */
export function parseRootless(flag = ""): boolean | undefined {
  if (flag === "" || flag.toLowerCase() === "auto") return undefined;
  if (TRUE.includes(flag) || FALSE.includes(flag)) return TRUE.includes(flag);
  throw new GlassboxError("invalid argument", `invalid rootless "${flag}"`, { hint: "Use true, false or auto" });
}

const ROOTS_OWN_PLACE = "/run/glassrun";

/** Pure: where containers are kept when nobody says: below XDG_RUNTIME_DIR for everyone but the machine's root. */
export function defaultRoot(standing: Standing, environment: NodeJS.ProcessEnv): string {
  const { XDG_RUNTIME_DIR: own, USER: name } = environment;
  // sudo keeps the variable, and root's containers do not belong with the user's.
  const isSomebody = standing.uid !== 0 || (standing.inUserNamespace && name !== "root");
  return own && isSomebody ? `${own}/glassrun` : ROOTS_OWN_PLACE;
}
