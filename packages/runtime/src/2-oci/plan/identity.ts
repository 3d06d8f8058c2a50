/**
 * Who the program is and what it may do: user, groups, the five capability sets, no_new_privs. The order is the point:
 * the bounding set while CAP_SETPCAP is held, groups before the user, permitted kept across the change of user, then
 * everything not listed is dropped (man 7 capabilities, "Effect of user ID changes").
 */
import { GlassboxError } from "../../0-base/mod.ts";
import {
  type CapabilityName,
  capabilityMask,
  capabilityNames,
  capset,
  clearAmbientCapabilities,
  dropBoundingCapability,
  fchown,
  type Op,
  raiseAmbientCapability,
  setgroups,
  setKeepCapabilities,
  setNoNewPrivileges,
  setresgid,
  setresuid,
  umask,
} from "../../1-kernel/mod.ts";
import { CAPABILITY_SETS, type CapabilitySetName } from "../spec/config.ts";
import { mayChooseGroups } from "./namespaces.ts";
import { namespaceOf, type Planning } from "./planning.ts";

/** Permission bits that new files do not get, unless the config says otherwise. */
const DEFAULT_UMASK = 0o022;

export function planIdentity(planning: Planning): Op[] {
  return [
    ...planStdioOwner(planning),
    ...planBoundingSet(planning),
    ...planUser(planning),
    ...planCapabilities(planning),
  ];
}

/** A program that runs as another user must still be able to open /dev/stdout. */
function planStdioOwner({ config, facts }: Planning): Op[] {
  const uid = config.process?.user?.uid ?? 0;
  if (uid === 0 || config.process?.terminal) return [];
  return facts.ownedStdio.map((fd) =>
    fchown(
      { fd, uid, gid: -1 },
      {
        why: "Let the container's user reopen its own input and output",
        from: "/process/user/uid",
        allow: ["EINVAL", "EPERM", "EROFS"],
      },
    ),
  );
}

function planBoundingSet(planning: Planning): Op[] {
  const keep = maskOf(planning, "bounding");
  const all = (1n << BigInt(planning.facts.lastCapability + 1)) - 1n;
  // In a new user namespace the bounding set is full whatever ours is.
  const held = namespaceOf(planning, "user") ? all : planning.facts.permittedCapabilities & all;
  return named(held & ~keep).map((capability) => DROPS.get(capability) ?? drop(capability));
}

function drop(capability: CapabilityName): Op {
  return dropBoundingCapability(
    { capability },
    { why: `No program in here can ever get ${capability} again`, from: "/process/capabilities/bounding" },
  );
}

/** Most plans have most of them, and they are the same in each. */
const DROPS: ReadonlyMap<CapabilityName, Op> = new Map(named((1n << 41n) - 1n).map((name) => [name, drop(name)]));

function planUser(planning: Planning): Op[] {
  const { config } = planning;
  const user = config.process?.user ?? {};
  const uid = user.uid ?? 0;
  const gid = user.gid ?? 0;
  const groups = user.additionalGids ?? [];
  if (groups.length > 0 && !planning.facts.standing.mayChooseGroups) {
    // Engines fill the field from the image's /etc/group, and run where nobody may choose: as runc, go without.
    planning.warn("/process/user/additionalGids has no effect: this user namespace does not let groups be chosen");
  } else if (groups.length > 0 && !mayChooseGroups(planning)) {
    throw new GlassboxError(
      "permission denied",
      "Cannot set /process/user/additionalGids: a user who may map only one group may not choose any",
      { hint: "Give the user ids in /etc/subgid and map them in /linux/gidMappings, or leave the field out" },
    );
  }
  return [
    umask(
      { mask: user.umask ?? DEFAULT_UMASK },
      { why: "Set which permissions new files do not get", from: "/process/user/umask" },
    ),
    setKeepCapabilities(
      { keep: true },
      { why: "Keep capabilities while the user changes; they are cut down right after", from: "/process/capabilities" },
    ),
    ...(mayChooseGroups(planning) ? [chooseGroups(groups)] : []),
    setresgid(
      { real: gid, effective: gid, saved: gid },
      { why: `Become group ${gid} for good`, from: "/process/user/gid" },
    ),
    setresuid(
      { real: uid, effective: uid, saved: uid },
      { why: `Become user ${uid} for good`, from: "/process/user/uid" },
    ),
    setKeepCapabilities(
      { keep: false },
      { why: "From here a change of user drops capabilities again", from: "/process/capabilities" },
    ),
  ];
}

function chooseGroups(groups: readonly number[]): Op {
  const why =
    groups.length === 0 ? "Leave all of the starter's groups" : "Take the groups listed, and leave the starter's";
  return setgroups({ groups }, { why, from: "/process/user/additionalGids" });
}

function planCapabilities(planning: Planning): Op[] {
  const set = (name: CapabilitySetName) => named(maskOf(planning, name));
  // The kernel takes a capability into the ambient set only from both others (man 7 capabilities).
  const eligible = maskOf(planning, "permitted") & maskOf(planning, "inheritable");
  const ambient = named(maskOf(planning, "ambient") & eligible);
  const useless = set("ambient").filter((name) => !ambient.includes(name));
  const note = useless.length > 0 ? ` (not ${useless.join(", ")}: the kernel wants it inheritable too)` : "";
  const warnings = unavailable(planning);
  if (warnings.length > 0) {
    planning.warn(
      `/process/capabilities: ${warnings.join(", ")} left out: this machine or its kernel does not have it`,
    );
  }
  return [
    capset(
      { effective: set("effective"), permitted: set("permitted"), inheritable: set("inheritable") },
      { why: "Hold only the pieces of root's power that are listed", from: "/process/capabilities" },
    ),
    clearAmbientCapabilities({
      why: `Pass no capability on across exec but those named next${note}`,
      from: "/process/capabilities/ambient",
    }),
    ...ambient.map((capability) =>
      raiseAmbientCapability(
        { capability },
        { why: `Let ${capability} survive exec without set-user-id`, from: "/process/capabilities/ambient" },
      ),
    ),
  ];
}

export function planNoNewPrivileges({ config }: Planning): Op[] {
  if (!config.process?.noNewPrivileges) return [];
  return [
    setNoNewPrivileges({
      why: "From here no set-user-id program or file capability gives more than is held now",
      from: "/process/noNewPrivileges",
    }),
  ];
}

function maskOf(planning: Planning, set: CapabilitySetName): bigint {
  return capabilityMask(planning.config.process?.capabilities?.[set] ?? []).mask & available(planning);
}

/** A capability the runtime itself lacks cannot be given, except in a new user namespace, where all are there. */
function available(planning: Planning): bigint {
  const { facts } = planning;
  const all = (1n << BigInt(facts.lastCapability + 1)) - 1n;
  return namespaceOf(planning, "user") ? all : facts.permittedCapabilities & all;
}

function unavailable(planning: Planning): string[] {
  const { capabilities } = planning.config.process ?? {};
  const sets = CAPABILITY_SETS.map((set) => capabilityMask(capabilities?.[set] ?? []));
  const unknown = sets.flatMap((set) => set.unknown);
  const missing = sets.flatMap(({ mask }) => capabilityNames(mask & ~available(planning)));
  return [...new Set([...unknown, ...missing])];
}

function named(mask: bigint): CapabilityName[] {
  return capabilityNames(mask) as CapabilityName[];
}
