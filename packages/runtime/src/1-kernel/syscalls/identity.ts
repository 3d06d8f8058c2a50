/**
 * Who a process is and what it may do: user and group ids, capability sets, no_new_privs (man 7 credentials,
 * man 7 capabilities). Order matters: groups before ids, ids before the effective set, the bounding set while
 * CAP_SETPCAP is still held.
 */
import { type ConstantsOf, fileMode, flags, written } from "../plan/constants.ts";
import type { NumberArg, Op } from "../plan/plan.ts";
import { type About, number, op, struct, zero } from "./op.ts";

export type CapabilityName = ConstantsOf<"CAP_">;

export function setresuid(call: { real: number; effective: number; saved: number }, about: About): Op {
  return op("setresuid", [number(call.real), number(call.effective), number(call.saved)], about);
}

export function setresgid(call: { real: number; effective: number; saved: number }, about: About): Op {
  return op("setresgid", [number(call.real), number(call.effective), number(call.saved)], about);
}

/** Set the supplementary groups; an empty list drops them all. */
export function setgroups(call: { groups: readonly number[] }, about: About): Op {
  const list = new Uint8Array(Uint32Array.from(call.groups).buffer);
  const groups = { kind: "bytes" as const, value: list, text: `gids ${call.groups.join(" ")}`.trimEnd() };
  return op("setgroups", [number(call.groups.length), groups], about);
}

/** Set the effective, permitted and inheritable capability sets of this process (man 2 capset, version 3). */
export function capset(
  call: {
    effective: readonly CapabilityName[];
    permitted: readonly CapabilityName[];
    inheritable: readonly CapabilityName[];
  },
  about: About,
): Op {
  const header = struct("__user_cap_header_struct", { version: flags(["_LINUX_CAPABILITY_VERSION_3"]) });
  const sets = struct("capability_sets", {
    effective: capabilityMask(call.effective),
    permitted: capabilityMask(call.permitted),
    inheritable: capabilityMask(call.inheritable),
  });
  return op("capset", [header, sets], about);
}

/** Take a capability out of the bounding set: no exec can bring it back. */
export function dropBoundingCapability(call: { capability: CapabilityName }, about: About): Op {
  return op("prctl", [flags(["PR_CAPBSET_DROP"]), flags([call.capability])], about);
}

/** Add a capability to the ambient set, which survives exec. It must be permitted and inheritable already. */
export function raiseAmbientCapability(call: { capability: CapabilityName }, about: About): Op {
  return op(
    "prctl",
    [flags(["PR_CAP_AMBIENT"]), flags(["PR_CAP_AMBIENT_RAISE"]), flags([call.capability]), zero, zero],
    about,
  );
}

export function clearAmbientCapabilities(about: About): Op {
  return op("prctl", [flags(["PR_CAP_AMBIENT"]), flags(["PR_CAP_AMBIENT_CLEAR_ALL"]), zero, zero, zero], about);
}

/** Keep the permitted set when the user id changes from 0 to another (man 2 PR_SET_KEEPCAPS). Cleared by exec. */
export function setKeepCapabilities(call: { keep: boolean }, about: About): Op {
  return op("prctl", [flags(["PR_SET_KEEPCAPS"]), number(call.keep ? 1 : 0)], about);
}

/** From here on no exec grants more than the process has: set-user-id bits and file capabilities count for nothing. */
export function setNoNewPrivileges(about: About): Op {
  return op("prctl", [flags(["PR_SET_NO_NEW_PRIVS"]), number(1), zero, zero, zero], about);
}

/** Permission bits that files made from here on do not get. */
export function umask(call: { mask: number }, about: About): Op {
  return op("umask", [fileMode(call.mask)], about);
}

function capabilityMask(names: readonly CapabilityName[]): NumberArg {
  return names.length === 0 ? { kind: "number", value: 0 } : written(names.map((name) => `1<<${name}`).join("|"));
}
