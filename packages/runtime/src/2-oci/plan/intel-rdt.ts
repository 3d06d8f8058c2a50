/**
 * Shares of cache and memory bandwidth (Intel RDT; AMD has the same): the container's processes are put into a group of the
 * `resctrl` file system, whose `schemata` says what each may use (runtime-spec config-linux.md "IntelRdt", the kernel's
 * filesystems/resctrl). A group of the container's own goes with it; one that others named stays.
 */
import { join } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { close, mkdirat, type Op, openat, result, template, write } from "../../1-kernel/mod.ts";
import type { IntelRdt } from "../spec/config.ts";
import type { Planning, ResctrlFacts } from "./planning.ts";

const FROM = "/linux/intelRdt";

/** Where a container is in the resctrl file system. */
export interface ResctrlPlace {
  group: string;
  /** The file that the pid of each of its processes is written to. */
  tasks: string;
  /** Directories to take away with the container, innermost first. */
  own: string[];
}

/** Pure. */
export function resctrlPlace(wanted: IntelRdt, { group }: Pick<ResctrlFacts, "group">, id: string): ResctrlPlace {
  const monitored = wanted.enableMonitoring === true;
  const place = monitored ? join(group, "mon_groups", id) : group;
  return {
    group,
    tasks: join(place, "tasks"),
    own: [...(monitored ? [place] : []), ...(wanted.closID === undefined ? [group] : [])],
  };
}

/** Pure: what is written to `schemata`, empty when nothing is asked for. */
export function schemataOf({ l3CacheSchema = "", memBwSchema, schemata = [] }: IntelRdt): string {
  const cache = l3CacheSchema.split("\n").filter((line) => memBwSchema === undefined || !line.startsWith("MB:"));
  const lines = [...cache, memBwSchema ?? "", ...schemata].filter((line) => line !== "");
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * In the runtime, before there is a process: the group and its limits. Nothing unless the config asks for it.
 * @throws GlassboxError not supported without a resctrl file system; not found or failed precondition for a group that is
 *   not there, or has other limits
 */
export function planResctrlGroup(planning: Planning): Op[] {
  const wanted = planning.config.linux?.intelRdt;
  if (!wanted) return [];
  const { resctrl } = planning.facts;
  if (!resctrl) throw noResctrl();
  const { group, tasks } = resctrlPlace(wanted, resctrl, planning.id);
  const schemata = schemataOf(wanted);
  const exists = resctrl.schemata !== undefined;
  if (wanted.closID !== undefined && schemata === "" && !exists) {
    throw new GlassboxError(
      "not found",
      `Cannot use class of service "${wanted.closID}" (/linux/intelRdt/closID): there is no directory "${group}"`,
      { hint: "Make it, or say what it may use with /linux/intelRdt/l3CacheSchema" },
    );
  }
  const other = exists ? differingLine(schemata, resctrl.schemata ?? "") : undefined;
  if (wanted.closID !== undefined && other !== undefined) {
    throw new GlassboxError(
      "failed precondition",
      `Cannot use class of service "${wanted.closID}" (/linux/intelRdt/closID): it exists, and not with "${other}"`,
      { hint: "Ask for what it has, or name another class" },
    );
  }
  return [
    ...(exists ? [] : [makeGroup(group, "Make a group for the container's share of cache and memory bandwidth")]),
    ...(schemata !== "" && (!exists || wanted.closID === undefined) ? planSchemata(group, schemata) : []),
    ...(tasks === join(group, "tasks")
      ? []
      : [makeGroup(join(tasks, ".."), "Make a group in it that counts what this container uses")]),
  ];
}

/** In the runtime, while the host's paths can be seen. */
export function planOpenResctrl(tasks: string): Op {
  return openat(
    { directory: "AT_FDCWD", path: tasks, flags: ["O_WRONLY"] },
    { why: "Open the list of whose cache and bandwidth is shared out so", from: FROM, result: "resctrl_tasks" },
  );
}

/** In the runtime, when there is a process: `process` is the result that has its pid. What it starts is there too. */
export function planJoinResctrl(process: string): Op[] {
  return [
    write(
      { fd: result("resctrl_tasks"), data: template(`{${process}}`) },
      { why: "Put the process there", from: FROM },
    ),
    close({ fd: result("resctrl_tasks") }, { why: "Done with it", from: FROM }),
  ];
}

/** For `planOpenResctrl`, of a container that is planned now. */
export function resctrlTasks({ config, facts, id }: Planning): string | undefined {
  const wanted = config.linux?.intelRdt;
  return wanted && facts.resctrl && resctrlPlace(wanted, facts.resctrl, id).tasks;
}

function makeGroup(path: string, why: string): Op {
  return mkdirat({ directory: "AT_FDCWD", path, mode: 0o755 }, { why, from: FROM, allow: ["EEXIST"] });
}

function planSchemata(group: string, schemata: string): Op[] {
  return [
    openat(
      { directory: "AT_FDCWD", path: join(group, "schemata"), flags: ["O_WRONLY"] },
      { why: "Open what the group may use", from: FROM, result: "schemata" },
    ),
    write({ fd: result("schemata"), data: schemata }, { why: "Say what it may use", from: FROM }),
    close({ fd: result("schemata") }, { why: "Done with it", from: FROM }),
  ];
}

/** Pure: the first wanted line that the group does not have. The kernel writes `    L3:0=0ff;1=0ff` for `L3:0=ff`. */
export function differingLine(wanted: string, current: string): string | undefined {
  const has = parseSchemata(current);
  return wanted.split("\n").find((line) => [...parseSchemata(line)].some(([share, value]) => has.get(share) !== value));
}

/** `L3 0` is ff: masks are hexadecimal numbers, and bandwidth, in decimal, compares as well by the same rule. */
function parseSchemata(text: string): Map<string, number> {
  const shares = text.split("\n").flatMap((line) => {
    const [resource = "", list = ""] = line.split(":");
    return list.split(";").flatMap((share): Array<[string, number]> => {
      const [domain = "", value] = share.split("=");
      return value === undefined ? [] : [[`${resource.trim()} ${domain.trim()}`, Number.parseInt(value, 16)]];
    });
  });
  return new Map(shares);
}

function noResctrl(): GlassboxError {
  return new GlassboxError(
    "not supported",
    "Cannot use /linux/intelRdt: intelRdt is specified in config, but Intel RDT is not supported or enabled",
    { hint: "Mount it where the processor has it: mount -t resctrl resctrl /sys/fs/resctrl; or take the field out" },
  );
}
