/**
 * Containers, which the kernel does not know: what a runtime's state directory names, else what the path of a cgroup
 * names, else a process that is the first in its own pid or mount namespace and was set apart by hand.
 */
import { basename } from "node:path";
import type { ContainerNode } from "@glassbox/protocol";
import type { ContainerFacts, Facts, ProcessFacts } from "../facts.ts";
import { labOfPath } from "../lab-paths.ts";
import { containerId, processId } from "../node-ids.ts";
import { HOST, type Owner } from "../ownership.ts";
import type { Assembly } from "./assembly.ts";

/**
 * How long a process must have been set apart before it counts as a container by hand: a runtime at work looks the same
 * until it has written its state file. Milliseconds.
 */
const BY_HAND_AFTER_MS = 250;

/** Programs that set processes apart as a step on the way; what they start is the container, not they. */
const RUNTIME = /^(runc|crun|runsc|sysrun|glassrun|conmon|containerd-shim|glass-shim)/;

/** Ids in cgroup paths, as each manager writes them; the first group is the id. */
const CGROUP_SHAPES: ReadonlyArray<[runtime: ContainerNode["runtime"], shape: RegExp]> = [
  ["podman", /\/libpod-([0-9a-f]{64})(?:\.scope)?(?:\/|$)/],
  ["CRI-O", /\/crio-([0-9a-f]{64})(?:\.scope)?(?:\/|$)/],
  ["containerd", /\/cri-containerd-([0-9a-f]{64})(?:\.scope)?(?:\/|$)/],
  ["containerd", /\/kubepods[^:]*\/pod[0-9a-f-]+\/([0-9a-f]{64})(?:\/|$)/],
  ["docker", /\/docker[/-]([0-9a-f]{64})(?:\.scope)?(?:\/|$)/],
];

/** A container a runtime vouches for, with its first process while that is alive. */
export interface RecognisedContainer {
  facts: ContainerFacts;
  init?: ProcessFacts;
}

export function containerNodes(assembly: Assembly): ContainerNode[] {
  const { facts, ownership, firstSeenMs, labRoot } = assembly;
  const recognised = recognisedContainers(facts);
  const nodes = recognised.map(({ facts: container, init }) => {
    const id = containerId(container.runtime, container.id);
    const owner = ownership.ofThing(id, () => decideOwner(container, init && ownership.ofProcess(init.pid), labRoot));
    const node: ContainerNode = {
      id,
      kind: "container",
      ...owner,
      firstSeenMs: firstSeenMs(id),
      containerId: container.id,
      runtime: container.runtime,
      ...(init && { init: processId(init) }),
      status: statusOf(container, init, facts),
      ...(container.bundle !== undefined && { bundle: container.bundle }),
    };
    return node;
  });
  for (const init of setApartByHand(assembly, recognised)) {
    const id = containerId("by hand", `${init.pid}@${init.startTimeTicks}`);
    nodes.push({
      id,
      kind: "container",
      ...ownership.ofProcess(init.pid),
      firstSeenMs: firstSeenMs(id),
      containerId: String(init.pid),
      runtime: "by hand",
      init: processId(init),
      status: isFrozen(init, facts) ? "paused" : "running",
    });
  }
  return nodes;
}

/** By state directory, then by cgroup path for what has none we know. Pure over facts. */
export function recognisedContainers(facts: Facts): RecognisedContainer[] {
  const found = new Map<string, RecognisedContainer>();
  for (const state of facts.containers) {
    const init = liveInit(state, facts);
    const shaped = init && shapeOf(init);
    const runtime = shaped?.runtime ?? managerOfBundle(state.bundle) ?? state.runtime;
    found.set(state.id, { facts: { ...state, runtime }, ...(init && { init }) });
  }
  for (const process of facts.processes.values()) {
    const shaped = shapeOf(process);
    if (!shaped || process.state === "Z") continue;
    const known = found.get(shaped.id);
    if (known && facts.containers.some(({ id }) => id === shaped.id)) continue;
    if (known?.init && known.init.startTimeTicks <= process.startTimeTicks) continue;
    found.set(shaped.id, {
      facts: { id: shaped.id, runtime: shaped.runtime, pid: process.pid, waitsForStart: false },
      init: process,
    });
  }
  return [...found.values()];
}

function liveInit(state: ContainerFacts, { processes }: Facts): ProcessFacts | undefined {
  const process = processes.get(state.pid);
  if (!process || process.state === "Z" || process.state === "X") return undefined;
  return state.startTimeTicks === undefined || state.startTimeTicks === process.startTimeTicks ? process : undefined;
}

interface Shape {
  runtime: ContainerNode["runtime"];
  id: string;
}

/** What the same facts said last time. */
const shapes = new WeakMap<ProcessFacts, Shape | false>();

function shapeOf(process: ProcessFacts): Shape | undefined {
  let shape = shapes.get(process);
  if (shape === undefined) {
    shape = findShape(process) ?? false;
    shapes.set(process, shape);
  }
  return shape || undefined;
}

function findShape({ cgroups }: ProcessFacts): Shape | undefined {
  for (const { path } of cgroups) {
    for (const [runtime, shape] of CGROUP_SHAPES) {
      const id = shape.exec(path)?.[1];
      if (id !== undefined) return { runtime, id };
    }
  }
  return undefined;
}

/** Podman's bundles lie in its storage; its runtime's state directory is the plain one. */
function managerOfBundle(bundle: string | undefined): ContainerNode["runtime"] | undefined {
  return bundle?.includes("/overlay-containers/") ? "podman" : undefined;
}

function statusOf(container: ContainerFacts, init: ProcessFacts | undefined, facts: Facts): ContainerNode["status"] {
  if (container.pid === 0) return "creating";
  if (!init) return "stopped";
  if (isFrozen(init, facts)) return "paused";
  return container.waitsForStart ? "created" : "running";
}

function isFrozen({ cgroups }: ProcessFacts, facts: Facts): boolean {
  const frozen = [...facts.cgroups.values()].filter((cgroup) => cgroup.frozen);
  return frozen.some(({ hierarchy, path }) => cgroups.some((own) => own.hierarchy === hierarchy && own.path === path));
}

function decideOwner({ bundle }: ContainerFacts, initOwner: Owner | undefined, labRoot: string): Owner {
  if (initOwner) return initOwner;
  const lab = bundle === undefined ? undefined : labOfPath(bundle, labRoot);
  return lab === undefined ? HOST : { origin: "learner", lab };
}

function setApartByHand(
  { facts, ownership, firstSeenMs, nowMs }: Assembly,
  recognised: RecognisedContainer[],
): ProcessFacts[] {
  const taken = new Set<number>();
  for (const { init } of recognised) {
    for (const inode of [init?.namespaces.mnt, init?.namespaces.pid]) if (inode !== undefined) taken.add(inode);
  }
  const [firstInPid, firstInMount] = [firstMembers(facts, "pid"), firstMembers(facts, "mnt")];
  const apart = (process: ProcessFacts): boolean => {
    const { pid, mnt } = process.namespaces;
    if (process.kernelThread || process.state === "Z" || isRuntime(process)) return false;
    if (taken.has(pid ?? 0) || taken.has(mnt ?? 0)) return false;
    if (nowMs - firstSeenMs(processId(process)) < BY_HAND_AFTER_MS) return false;
    const { origin } = ownership.ofProcess(process.pid);
    return origin === "learner" || (origin === "host" && process.root !== "/" && process.root !== "");
  };
  const inPid = [...firstInPid.values()].filter(apart);
  // `unshare --mount --pid --fork` leaves itself in the mount namespace of the child that is the container.
  const covered = new Set(inPid.map(({ namespaces }) => namespaces.mnt));
  const inMount = [...firstInMount.values()].filter(
    (process) => !covered.has(process.namespaces.mnt) && apart(process),
  );
  return [...new Set([...inPid, ...inMount])];
}

/** Also by its first word: a runtime that runs from a sealed copy of itself is named after a descriptor. */
function isRuntime({ comm, argv }: ProcessFacts): boolean {
  return RUNTIME.test(comm) || RUNTIME.test(basename(argv[0] ?? ""));
}

/** The oldest member of each namespace of a kind, but for the one the machine started in. */
function firstMembers(facts: Facts, type: "pid" | "mnt"): Map<number, ProcessFacts> {
  const first = new Map<number, ProcessFacts>();
  for (const process of facts.processes.values()) {
    const inode = process.namespaces[type];
    if (inode === undefined || inode === facts.initial[type]) continue;
    const known = first.get(inode);
    if (!known || isOlder(process, known)) first.set(inode, process);
  }
  return first;
}

function isOlder(a: ProcessFacts, b: ProcessFacts): boolean {
  return a.startTimeTicks === b.startTimeTicks ? a.pid < b.pid : a.startTimeTicks < b.startTimeTicks;
}
