/**
 * Which cgroups a new process of a container goes into: those its first process is in now, since on v2 the container may
 * have moved itself down and then nobody may join the group above (the "no internal processes" rule).
 */
import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { type CgroupDirectory, type CgroupLayout, parseProcCgroup } from "../../1-kernel/mod.ts";

/** `wanted`: `--cgroup` words, `PATH` for all trees or `CONTROLLER[,...]:PATH` for one. */
export function execCgroups(
  layout: CgroupLayout,
  initPid: number,
  places: readonly CgroupDirectory[],
  wanted: readonly string[],
): string[] {
  const memberships = parseProcCgroup(readFileSync(`/proc/${initPid}/cgroup`, "utf8"));
  return places.map((place) => {
    const sub = subCgroup(place, wanted);
    if (sub !== undefined) return sub;
    const tree = layout.hierarchies.find(({ mountPoint }) => mountPoint === place.mountPoint);
    const hierarchy = place.version === 2 ? "unified" : place.controllers.join(",");
    const own = memberships.find((membership) => membership.hierarchy === hierarchy);
    const now = own && tree ? join(tree.mountPoint, own.path) : place.directory;
    return existsSync(now) ? now : place.directory;
  });
}

function subCgroup(place: CgroupDirectory, wanted: readonly string[]): string | undefined {
  for (const word of wanted) {
    const [controllers, path] = word.includes(":") ? splitAt(word) : [undefined, word];
    if (controllers && !controllers.split(",").some((name) => place.controllers.includes(name))) continue;
    const directory = normalize(join(place.directory, path));
    if (directory !== place.directory && !directory.startsWith(`${place.directory}/`)) {
      throw new GlassboxError("invalid argument", `${path} is not a sub cgroup path`);
    }
    return directory;
  }
  return undefined;
}

function splitAt(word: string): [string, string] {
  const at = word.indexOf(":");
  return [word.slice(0, at), word.slice(at + 1)];
}
