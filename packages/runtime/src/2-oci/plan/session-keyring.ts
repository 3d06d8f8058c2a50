/**
 * The session key ring that the container's processes share, and that is not their starter's: what keys are in that one is
 * nobody's business in here (man 7 keyrings). `exec` joins it by its name, as in runc.
 */
import { joinSessionKeyring, type Op, result, setKeyPermissions } from "../../1-kernel/mod.ts";
import { namespaceOf, type Planning } from "./planning.ts";
import { planAttribute } from "./security-modules.ts";

/**
 * Who has the ring in their session may do all, its user may look, read and link: what the kernel gives a new one. Who
 * is to join it must be let find it: the same user, or in a user namespace, where that may be another, anybody in there.
 */
const NEW_RING = 0x3f13_0000;
const USER_SEARCHES = 0x0008_0000;
const OTHERS_SEARCH = 0x0000_0008;

/** `proc` as in `planSecurityLabels`. */
export function planSessionKeyring(planning: Planning, proc?: string): Op[] {
  if (planning.noNewKeyring) return [];
  const { selinuxLabel } = planning.config.process ?? {};
  const permissions = NEW_RING | (namespaceOf(planning, "user") ? OTHERS_SEARCH : USER_SEARCHES);
  return [
    ...(selinuxLabel && planning.facts.selinux
      ? planAttribute("self/attr/keycreate", selinuxLabel, "/process/selinuxLabel", proc)
      : []),
    joinSessionKeyring(
      { name: `_ses.${planning.id}` },
      {
        why: "Use a key ring of its own, or it could read the starter's keys",
        allow: ["ENOSYS", "EPERM", "EDQUOT", "EACCES"],
        result: "session_ring",
      },
    ),
    setKeyPermissions(
      { key: result("session_ring"), permissions },
      {
        why: "Let processes that are added to the container find it",
        allow: ["ENOSYS", "EPERM", "EDQUOT", "EACCES", "ENOKEY", "EINVAL"],
      },
    ),
  ];
}
