/**
 * `delete --force` of a container whose state is damaged. What is left of it is looked for by the name of its cgroups, which
 * its configuration still has. A name proves little: another container may have it by now. So the processes there are
 * ended only if one of them has the container's own root file system; then all of them are its, since a container is made
 * only in a cgroup that holds nobody else.
 */
import { readFileSync, statSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { type CgroupDirectory, placeCgroup, processesIn, readCgroupLayout } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";
import { loadConfig } from "../state/store.ts";
import { killAll, removeCgroups } from "./cleanup.ts";
import type { Context } from "./verb.ts";

/** @returns why processes and cgroups could not be looked for, or were left alone; undefined when nothing is left */
export async function endDamaged(context: Context, id: string, directory: string): Promise<string | undefined> {
  let config: Config;
  try {
    config = loadConfig(directory);
  } catch {
    return "its configuration cannot be read either";
  }
  const path = config.linux?.cgroupsPath;
  const cgroupsPath = context.systemdCgroup ? (await import("./systemd.ts")).unitPath(config, id) : path;
  if (context.systemdCgroup && cgroupsPath === undefined) return undefined;
  let cgroups: CgroupDirectory[];
  try {
    cgroups = placeCgroup(readCgroupLayout(), cgroupsPath, id);
  } catch {
    return `its cgroups cannot be told from /linux/cgroupsPath "${path}"; with systemd's form, give --systemd-cgroup`;
  }
  const rootfs = rootOf(config, readFileSync(join(directory, "state.json"), "utf8"));
  const pids = [...new Set(cgroups.flatMap((place) => processesIn(place.directory)))];
  if (pids.length > 0 && !pids.some((pid) => rootfs !== undefined && isSameDirectory(`/proc/${pid}/root`, rootfs))) {
    const groups = cgroups.map((place) => place.directory).join(", ");
    return `the processes in ${groups} are left alone, for none is seen to have its root file system`;
  }
  const found = { id, cgroups, ...(context.systemdCgroup && cgroupsPath ? { unit: basename(cgroupsPath) } : {}) };
  await killAll(found);
  await removeCgroups(found);
  return undefined;
}

/** Pure: from the configuration, or where that has a path below the bundle, from what is left of the state. */
export function rootOf(config: Config, state: string): string | undefined {
  const path = config.root?.path;
  if (path !== undefined && isAbsolute(path)) return path;
  const [, text] = /"rootfs":("(?:[^"\\]|\\.)*")/.exec(state) ?? [];
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSameDirectory(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(`${one}/.`, { bigint: true }), statSync(other, { bigint: true })];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    // The process has ended, or the bundle is gone.
    return false;
  }
}
