/**
 * Who owns the container's cgroup (config-linux.md, "Cgroup ownership"). A container that sees nothing but its own group, and
 * may write there, is to make groups in it, as systemd in a container does: then its user owns that directory and the
 * files by which one moves processes and passes controllers on. The limits stay whose they are.
 */
import { resolve } from "node:path";
import { fchownat, type Op, result } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";
import { namespaceOf, type Planning } from "./planning.ts";

/** Pure: the uid, as the runtime has it, that the configuration makes owner of the container's cgroup on v2, if any. */
export function cgroupOwner(config: Config): number | undefined {
  const own = namespaceOf({ config }, "cgroup");
  const isWritable = config.mounts?.some(
    ({ source, destination, options }) =>
      source === "cgroup" && resolve(destination) === "/sys/fs/cgroup" && !options?.includes("ro"),
  );
  if (!own || own.path !== undefined || !isWritable) return undefined;
  const uid = config.process?.user?.uid ?? 0;
  const users = namespaceOf({ config }, "user");
  if (!users) return uid;
  // A namespace that is joined may come without its map: then nobody is made owner.
  const mappings = config.linux?.uidMappings ?? [];
  const line = mappings.find(({ containerID, size }) => uid >= containerID && uid < containerID + size);
  return line && line.hostID + (uid - line.containerID);
}

/** Takes the result `cgroup`. Nobody but root, of a user namespace at least, can give anything away. */
export function planCgroupOwner({ config, facts }: Planning): Op[] {
  const uid = cgroupOwner(config);
  if (!uid || facts.standing.uid !== 0) return [];
  const owner = { directory: result("cgroup"), uid, gid: -1 };
  const from = "/process/user/uid";
  return [
    fchownat(
      { ...owner, path: "", flags: ["AT_EMPTY_PATH"] },
      { why: "Let the container's user make groups below its own, which it sees and may write to", from },
    ),
    ...(facts.delegatedFiles ?? []).map((path) =>
      fchownat({ ...owner, path, flags: [] }, { why: `Let them write to ${path}`, from, allow: ["ENOENT"] }),
    ),
  ];
}
