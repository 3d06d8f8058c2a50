/**
 * The planner: from a bundle to the list of system calls that make the container. Two programs. `runtime` runs on the
 * host: cgroups, id maps, joining what must be joined from outside. `init` is the container's first process: it enters
 * its cgroups, waits until it is mapped, builds its view of the file system, drops what it may not keep, and becomes the
 * program. They speak through two pipes, one byte each way. Each concern has its own file; the order is told here.
 */
import { join } from "node:path";
import {
  blockSignals,
  clone3,
  close,
  mknodat,
  type Op,
  openat,
  type Plan,
  pipe2,
  read,
  result,
  setsid,
  tell,
  template,
  umask,
  wait4,
  write,
} from "../../1-kernel/mod.ts";
import { type CgroupPlan, planCgroups } from "./cgroups.ts";
import { planEnterDirectory, planExec, planWorkingDirectory } from "./command.ts";
import { planConsoleSocket, planRelay, planTakeTerminal, planTerminal } from "./console.ts";
import { planDevices } from "./devices.ts";
import { planHiddenSources } from "./hidden-sources.ts";
import { planIdMappedMounts } from "./id-mapped-mounts.ts";
import { planIdentity, planNoNewPrivileges } from "./identity.ts";
import { planJoinResctrl, planOpenResctrl, planResctrlGroup, resctrlTasks } from "./intel-rdt.ts";
import { planLoopback, planNames, planSysctls } from "./kernel-settings.ts";
import { planAwaitReady, planKeepLastWord, planSayAboutToStart } from "./last-word.ts";
import { planOomScore, planPersonality, planRlimits } from "./limits.ts";
import { planMasks } from "./masks.ts";
import { planMounts } from "./mounts.ts";
import {
  newNamespaceFlags,
  planBecomeNamespaceRoot,
  planIdMaps,
  planJoinsAfterClone,
  planJoinsBeforeClone,
  planNewCgroupNamespace,
} from "./namespaces.ts";
import { refuseNotDone } from "./not-done.ts";
import { planNullStreams } from "./null-streams.ts";
import { planPidfdSocket, planSendPidfd } from "./pidfd.ts";
import { namer, type Planning, type PlanRequest } from "./planning.ts";
import { planPivot, planRoot } from "./root-file-system.ts";
import { planScheduling } from "./scheduling.ts";
import { planSeccomp } from "./seccomp.ts";
import { hasAgent, planHandListenerOver, planReachAgent } from "./seccomp-agent.ts";
import { planSecurityLabels } from "./security-modules.ts";
import { planSessionKeyring } from "./session-keyring.ts";
import { planHandOver, planTidying } from "./tidying.ts";

export interface ContainerPlan {
  plan: Plan;
  /** What the config asks for and does not get, a sentence each. */
  warnings: string[];
}

/**
 * Pure: the same request gives the same plan. Results the caller finds after performing it: `init`, the pid of the
 * container's first process as the host sees it, and in mode `run` its `status` word.
 * @throws GlassboxError for what cannot be done at all, naming the field
 */
export function planContainer(request: PlanRequest): ContainerPlan {
  const warnings: string[] = [];
  const { path } = request.config.root ?? { path: "rootfs" };
  const planning: Planning = {
    ...request,
    rootfs: path.startsWith("/") ? path : join(request.bundle, path),
    warn: (message) => void warnings.push(message),
    name: namer(),
    waitForStart: request.mode === "create" || (request.config.hooks?.startContainer?.length ?? 0) > 0,
  };
  refuseNotDone(planning);
  const cgroups = planCgroups(planning);
  const init = planInit(planning, cgroups);
  const idMapped = planIdMappedMounts(planning);
  return {
    plan: {
      programs: [
        { name: "runtime", ops: [...idMapped.ops, ...planHiddenSources(planning), ...planRuntime(planning, cgroups)] },
        { name: "init", ops: init },
        ...idMapped.programs,
      ],
    },
    warnings,
  };
}

function planRuntime(planning: Planning, cgroups: CgroupPlan): Op[] {
  const { mode, consoleSocket, pidfdSocket, knownFifo, hooksFifo } = planning;
  const shown = mode === "run" && planning.config.process?.terminal === true;
  const shares = resctrlTasks(planning);
  return [
    ...cgroups.before,
    ...(consoleSocket ? planConsoleSocket(consoleSocket) : []),
    ...(pidfdSocket ? planPidfdSocket(pidfdSocket) : []),
    ...(planning.waitForStart ? planFifo(planning.startFifo, "start_fifo", "speak to it when `start` comes") : []),
    ...(knownFifo ? planFifo(knownFifo, "known_fifo", "say that it has written down which process it is") : []),
    ...(hooksFifo ? planFifo(hooksFifo, "hooks_fifo", "say that hooks have run") : []),
    ...planReachAgent(planning),
    ...planResctrlGroup(planning),
    pipe2({ from: "go_reader", into: "go_writer" }, { why: "A pipe to hold the container back until it is mapped" }),
    pipe2({ from: "ready_reader", into: "ready_writer" }, { why: "A pipe for it to say that it is set up" }),
    ...planJoinsBeforeClone(planning),
    clone3(
      {
        program: "init",
        // Not our child but our starter's: when the runtime is gone, the container belongs to whoever ran it.
        flags: [
          ...(mode === "run" ? [] : (["CLONE_PARENT"] as const)),
          ...(cgroups.bornInto ? (["CLONE_INTO_CGROUP"] as const) : []),
          ...newNamespaceFlags(planning),
        ],
        ...(cgroups.bornInto ? { cgroup: cgroups.bornInto } : {}),
        ...(shown || pidfdSocket || hasAgent(planning) ? { pidfd: "init_pidfd" } : {}),
      },
      { why: "Make the container's first process, in new namespaces", from: "/linux/namespaces", result: "init" },
    ),
    close({ fd: result("go_reader") }, { why: "Only the container reads here" }),
    close({ fd: result("ready_writer") }, { why: "Only the container writes here: if it ends, reading says so" }),
    ...(pidfdSocket ? planSendPidfd("init_pidfd") : []),
    ...planIdMaps(planning),
    ...planOomScore(planning, template("/proc/{init}/oom_score_adj")),
    ...(shares === undefined ? [] : [planOpenResctrl(shares), ...planJoinResctrl("init")]),
    ...(mode === "run" || hooksFifo || knownFifo ? [tell({ why: "Say which process it is" })] : []),
    ...(knownFifo
      ? [
          read(
            { fd: result("known_fifo"), into: "known" },
            { why: "Wait until that is written down: without a cgroup nothing else would lead to it" },
          ),
        ]
      : []),
    write({ fd: result("go_writer"), data: "." }, { why: "Let the container go on" }),
    ...(shown ? planTakeTerminal("init_pidfd") : []),
    ...(hooksFifo ? planHooks() : []),
    ...planHandListenerOver(planning, { pidfd: "init_pidfd", process: "init", container: { status: "creating" } }),
    ...(mode === "run" && planning.waitForStart
      ? [
          read({ fd: result("ready_reader"), into: "created" }, { why: "Wait until it is set up", from: "/hooks" }),
          tell({ why: "Say that it is time for the hooks before the program", from: "/hooks" }),
        ]
      : []),
    ...planHandOver(planning),
    ...(mode === "run"
      ? [
          blockSignals({ why: "Outlive a Ctrl-C: it is meant for the container, and the runtime passes it on" }),
          ...(shown ? planRelay("init_pidfd") : []),
          wait4(
            { pid: result("init"), status: "status", flags: [] },
            { why: "Wait for the container to end, and learn how" },
          ),
          ...planTidying(planning),
        ]
      : planAwaitReady(planning, "Wait until it is set up")),
  ];
}

function planHooks(): Op[] {
  return [
    read({ fd: result("ready_reader"), into: "mounted" }, { why: "Wait until its mounts are there", from: "/hooks" }),
    tell({ why: "Say that it is time for hooks", from: "/hooks" }),
    read({ fd: result("hooks_fifo"), into: "hooked" }, { why: "Wait until they have run", from: "/hooks" }),
    write({ fd: result("go_writer"), data: "." }, { why: "Let the container go on", from: "/hooks" }),
  ];
}

function planInit(planning: Planning, cgroups: CgroupPlan): Op[] {
  const { hooksFifo } = planning;
  const filter = planSeccomp(planning);
  return [
    ...cgroups.inside,
    close({ fd: result("go_writer") }, { why: "Only the runtime writes here: if it ends, reading says so" }),
    close({ fd: result("ready_reader") }, { why: "Only the runtime reads here" }),
    ...(planning.facts.cgroups.some(({ place }) => place.version === 2)
      ? [close({ fd: result("cgroup") }, { why: "From this directory of the host one could walk up to its root" })]
      : []),
    read({ fd: result("go_reader"), into: "go" }, { why: "Wait until this process has its ids" }),
    ...planBecomeNamespaceRoot(planning),
    ...planJoinsAfterClone(planning),
    ...planNewCgroupNamespace(planning),
    ...planSessionKeyring(planning),
    setsid({ why: "Lead a session of its own, apart from the starter's terminal and its Ctrl-C" }),
    ...planNames(planning),
    ...planLoopback(planning),
    umask({ mask: 0 }, { why: "Give what is made next exactly the permissions it is made with" }),
    ...planRoot(planning),
    ...planMounts(planning),
    ...planDevices(planning),
    ...planTerminal(planning, { inside: false }),
    ...planWorkingDirectory(planning),
    ...(hooksFifo
      ? [
          write({ fd: result("ready_writer"), data: "." }, { why: "Say that the mounts are there", from: "/hooks" }),
          read({ fd: result("go_reader"), into: "hooked" }, { why: "Wait until the hooks have run", from: "/hooks" }),
        ]
      : []),
    ...planSysctls(planning),
    ...planMasks(planning),
    ...planSecurityLabels(planning),
    ...planPivot(planning),
    ...planEnterDirectory(planning),
    ...planNullStreams(planning),
    ...planPersonality(planning),
    ...planKeepLastWord(planning),
    ...planRlimits(planning),
    ...planScheduling(planning),
    ...filter.beforeCapabilities,
    ...planIdentity(planning),
    ...planNoNewPrivileges(planning),
    ...filter.beforeStart,
    ...(planning.waitForStart
      ? [
          write({ fd: result("ready_writer"), data: "." }, { why: "Say that the container is created" }),
          close({ fd: result("ready_writer") }, { why: "Nothing more is said there" }),
          read({ fd: result("start_fifo"), into: "started" }, { why: "Wait for `start`" }),
        ]
      : []),
    ...planSayAboutToStart(planning),
    ...filter.last,
    ...planExec(planning),
  ];
}

/** Opened for both directions, so that opening waits for nobody. */
function planFifo(path: string, name: string, purpose: string): Op[] {
  return [
    mknodat(
      { directory: "AT_FDCWD", path, type: "S_IFIFO", mode: 0o600 },
      { why: `Make a FIFO, through which the runtime will ${purpose}` },
    ),
    openat({ directory: "AT_FDCWD", path, flags: ["O_RDWR"] }, { why: "Open it on the host's path", result: name }),
  ];
}
