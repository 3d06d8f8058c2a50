/**
 * Cgroup writes as data: everything it takes to give a container its limits, as a list of directories to make and files
 * to write, in order. The planner turns each into system calls; `update` and the page use the same list.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { blockIoV1, blockIoV2 } from "./block-io.ts";
import { cpu, unsupportedCpuFields } from "./cpu.ts";
import { cpuset, inheritCpuset } from "./cpuset.ts";
import { devices } from "./devices.ts";
import { hugetlb } from "./hugetlb.ts";
import type { CgroupLimits, Controller, FileWrite } from "./limits.ts";
import { memory, unsupportedMemoryFields } from "./memory.ts";
import { netCls, netPrio } from "./network.ts";
import { pids } from "./pids.ts";
import { ancestors, type CgroupDirectory, type CgroupSurvey } from "./place.ts";
import { rdma } from "./rdma.ts";

const CONTROLLERS: readonly Controller[] = [
  devices,
  memory,
  pids,
  cpuset,
  cpu,
  blockIoV1,
  blockIoV2,
  hugetlb,
  netCls,
  netPrio,
  rdma,
];

export type CgroupStep =
  | { kind: "make"; directory: string; why: string; from: string }
  | ({ kind: "write"; directory: string } & FileWrite);

/**
 * The steps that make one directory of the container and set the limits its tree knows.
 * @throws GlassboxError invalid argument for limits that contradict each other
 */
export function cgroupSteps(place: CgroupDirectory, survey: CgroupSurvey, limits: CgroupLimits): CgroupStep[] {
  const steps: CgroupStep[] = [];
  const tree = place.version === 2 ? "the cgroup tree" : `the ${place.controllers.join(",")} tree`;
  for (const directory of ancestors(place.mountPoint, place.directory)) {
    const own = directory === place.directory;
    if (survey.make.includes(directory)) {
      const why = own
        ? `Make the container's own group in ${tree}: a directory is a cgroup`
        : `Make the group above it in ${tree}`;
      steps.push({ kind: "make", directory, why, from: "/linux/cgroupsPath" });
      if (survey.cpuset) steps.push(...toSteps(directory, inheritCpuset(survey.cpuset)));
    }
    if (place.version === 2 && !own && !survey.closed?.includes(directory))
      steps.push(...passOn(directory, place, survey, limits));
  }
  return [...steps, ...limitSteps(place, limits)];
}

/** v2: the first controller that a limit needs and does not get, since a directory above does not pass it on and is closed. */
export function withheldController(
  place: CgroupDirectory,
  survey: CgroupSurvey,
  limits: CgroupLimits,
): { controller: string; by: string } | undefined {
  const { closed = [] } = survey;
  if (closed.length === 0) return undefined;
  const required = requiredControllers(place, limits);
  return closed.flatMap((by) => {
    const lacking = place.controllers.filter((name) => required.has(name) && !survey.passedOn[by]?.includes(name));
    return lacking.map((controller) => ({ controller, by }));
  })[0];
}

/** Only the limits, for a cgroup that exists: what `update` writes. */
export function limitSteps(place: CgroupDirectory, limits: CgroupLimits): CgroupStep[] {
  const writes = CONTROLLERS.filter(({ name }) => place.version === 2 || place.controllers.includes(name)).flatMap(
    (controller) => (place.version === 2 ? controller.v2?.(limits, place) : controller.v1?.(limits)) ?? [],
  );
  if (place.version === 2) writes.push(...unified(limits));
  return toSteps(place.directory, writes);
}

/**
 * Limits that no tree of this machine can hold: by controller, and where the config has each. A limit that is not kept is worse than an error, so the caller throws.
 * `warnings` are fields that are merely without effect on this version.
 */
export function unmetLimits(
  places: readonly CgroupDirectory[],
  limits: CgroupLimits,
): { missing: string[]; pointers: string[]; warnings: string[] } {
  const version = places[0]?.version ?? 2;
  const offered = new Set(places.flatMap(({ controllers }) => controllers));
  const unmet = CONTROLLERS.flatMap((controller) => {
    const writes = (version === 2 ? controller.v2?.(limits, {}) : controller.v1?.(limits)) ?? [];
    // The devices list exists for every container; only rules the config asked for are missed.
    const asked = writes.find(({ from, file }) => from !== "/devices" && !file.startsWith("devices."));
    return asked && !offered.has(controller.name) ? [{ name: controller.name, from: asked.from }] : [];
  });
  if (version === 1 && limits.unified && Object.keys(limits.unified).length > 0)
    unmet.push({ name: "unified", from: "/unified" });
  const fields = [
    ...unsupportedMemoryFields(limits.memory ?? {}, version).map((field) => `memory/${field}`),
    ...unsupportedCpuFields(limits.cpu ?? {}, version).map((field) => `cpu/${field}`),
    ...(limits.blockIO?.leafWeight ? ["blockIO/leafWeight"] : []),
    ...(version === 2 && limits.network?.classID !== undefined ? ["network/classID"] : []),
    ...(version === 2 && limits.network?.priorities?.length ? ["network/priorities"] : []),
  ];
  return {
    missing: unmet.map(({ name }) => name),
    pointers: unmet.map(({ from }) => `/linux/resources${from}`),
    warnings: fields.map((field) => `/linux/resources/${field} has no effect: cgroup v${version} has no file for it`),
  };
}

function toSteps(directory: string, writes: readonly FileWrite[]): CgroupStep[] {
  return writes.map((write) => ({ kind: "write", directory, ...write, from: `/linux/resources${write.from}` }));
}

/**
 * v2: a directory has a controller's files only when every directory above it passes the controller on. All that the
 * tree offers are, limits or not: usage can then be read, and `update` set a limit that the config did not have.
 */
function passOn(directory: string, place: CgroupDirectory, survey: CgroupSurvey, limits: CgroupLimits): CgroupStep[] {
  const required = requiredControllers(place, limits);
  const passed = survey.passedOn[directory] ?? [];
  return place.controllers
    .filter((name) => !passed.includes(name))
    .map((name) => ({
      kind: "write",
      directory,
      file: "cgroup.subtree_control",
      value: `+${name}`,
      why: `Let the groups below have the ${name} controller's files`,
      from: required.has(name) ? `/linux/resources/${name}` : "/linux/cgroupsPath",
      ...(required.has(name) ? {} : { allow: ["EBUSY", "ENOENT", "EOPNOTSUPP", "EINVAL", "EACCES", "EPERM"] }),
    }));
}

function requiredControllers(place: CgroupDirectory, limits: CgroupLimits): Set<string> {
  const asked = CONTROLLERS.filter((controller) => (controller.v2?.(limits, place) ?? []).length > 0);
  const fromUnified = Object.keys(limits.unified ?? {}).map((file) => file.split(".")[0] ?? "");
  return new Set([...asked.map(({ name }) => name), ...fromUnified]);
}

function unified({ unified: files = {} }: CgroupLimits): FileWrite[] {
  return Object.entries(files).map(([file, value]) => {
    if (file.includes("/") || !/^[a-z0-9_]+\./.test(file)) {
      throw new GlassboxError(
        "invalid argument",
        `Cannot write unified resource "${file}" of /linux/resources/unified: it must be a file name such as memory.high`,
      );
    }
    return { file, value, why: `Set ${file} as the config says`, from: `/unified/${file}` };
  });
}
