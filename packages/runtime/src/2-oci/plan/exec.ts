/**
 * The plan for one more process in a running container. `runtime` joins all of the container's namespaces at once,
 * through a descriptor for its first process; `process` is born inside, drops what it may not keep, and becomes the
 * program. What a new container would set up is there already.
 */
import {
  blockSignals,
  chroot,
  clone3,
  close,
  fchdir,
  type NamespaceFlag,
  type Op,
  openat,
  pipe2,
  read,
  result,
  setDumpable,
  setns,
  setsid,
  tell,
  template,
  wait4,
  write,
} from "../../1-kernel/mod.ts";
import { planEnterDirectory, planExec } from "./command.ts";
import { planConsoleSocket, planRelay, planTakeTerminal, planTerminal } from "./console.ts";
import type { ContainerPlan } from "./container.ts";
import { planIdentity, planNoNewPrivileges } from "./identity.ts";
import { planJoinResctrl, planOpenResctrl } from "./intel-rdt.ts";
import { planAwaitReady, planKeepLastWord, planSayAboutToStart } from "./last-word.ts";
import { planOomScore, planRlimits } from "./limits.ts";
import { planBecomeNamespaceRoot } from "./namespaces.ts";
import { planPidfdSocket, planSendPidfd } from "./pidfd.ts";
import { namer, type Planning, type PlanRequest } from "./planning.ts";
import { planAffinity, planScheduling } from "./scheduling.ts";
import { planSeccomp } from "./seccomp.ts";
import { hasAgent, planHandListenerOver, planReachAgent } from "./seccomp-agent.ts";
import { planSecurityLabels } from "./security-modules.ts";
import { planSessionKeyring } from "./session-keyring.ts";

export interface ExecRequest extends Omit<PlanRequest, "mode" | "startFifo" | "hooksFifo"> {
  mode: "run" | "detach";
  /** Pid of the container's first process. */
  initPid: number;
  /** Namespaces of it that are not the runtime's own. */
  joins: NamespaceFlag[];
  /** Directories of its cgroups, as they are now. */
  cgroupDirectories: string[];
  /** File of the resctrl file system that its processes are written to. */
  resctrlTasks?: string;
}

const HOST_PROC = "host_proc";
const CONTAINER_ROOT = "container_root";

/** Before joining a namespace with processes that nobody vouches for; lasts until the next `execve`. */
export const HIDE = setDumpable({ dumpable: false }, { why: "Keep processes in there from tracing this one" });

function wantsLabel({ config }: Planning): boolean {
  return Boolean(config.process?.apparmorProfile || config.process?.selinuxLabel);
}

/** Pure, as `planContainer`. Results: `process`, its pid as the host sees it, and in mode `run` its `status` word. */
export function planProcess(request: ExecRequest): ContainerPlan {
  const warnings: string[] = [];
  const planning: Planning = {
    ...request,
    startFifo: "",
    rootfs: `/proc/${request.initPid}/root`,
    warn: (message) => void warnings.push(message),
    name: namer(),
    waitForStart: false,
  };
  const cgroups = planCgroupMoves(planning, request.cgroupDirectories);
  const runtime = planRuntime(planning, request, cgroups);
  return {
    plan: {
      programs: [
        { name: "runtime", ops: runtime },
        { name: "process", ops: planInside(planning, request, cgroups) },
      ],
    },
    warnings,
  };
}

function planRuntime(planning: Planning, request: ExecRequest, cgroups: CgroupMoves): Op[] {
  const { initPid, joins, mode, consoleSocket, pidfdSocket, resctrlTasks } = request;
  const shown = mode === "run" && planning.config.process?.terminal === true;
  const joinsMounts = joins.includes("CLONE_NEWNS");
  return [
    ...planAffinity(planning, "initial"),
    ...cgroups.before,
    ...(resctrlTasks === undefined ? [] : [planOpenResctrl(resctrlTasks)]),
    ...(consoleSocket ? planConsoleSocket(consoleSocket) : []),
    ...(pidfdSocket ? planPidfdSocket(pidfdSocket) : []),
    ...planOomScore(planning, "/proc/self/oom_score_adj"),
    ...(wantsLabel(planning)
      ? [
          openat(
            { directory: "AT_FDCWD", path: "/proc", flags: ["O_PATH", "O_DIRECTORY"] },
            { why: "Hold the host's /proc: the container's could be anything", result: HOST_PROC },
          ),
        ]
      : []),
    ...(joinsMounts
      ? []
      : [
          openat(
            { directory: "AT_FDCWD", path: `/proc/${initPid}/root`, flags: ["O_PATH", "O_DIRECTORY"] },
            { why: "Hold the container's root: no mount namespace will lead there", result: CONTAINER_ROOT },
          ),
        ]),
    ...planReachAgent(planning),
    pipe2(
      { from: "go_reader", into: "go_writer" },
      { why: "A pipe to hold the process back until it is in its cgroup" },
    ),
    pipe2({ from: "ready_reader", into: "ready_writer" }, { why: "A pipe for it to say that it has started" }),
    ...(joins.length === 0
      ? []
      : [
          {
            call: "pidfd_open",
            args: [
              { kind: "number" as const, value: initPid },
              { kind: "number" as const, value: 0 },
            ],
            why: "Hold the container's first process by descriptor",
            result: "container",
          },
          HIDE,
          setns({ fd: result("container"), type: joins }, { why: "Join all of its namespaces at once" }),
        ]),
    clone3(
      {
        program: "process",
        flags: mode === "run" ? [] : ["CLONE_PARENT"],
        ...(shown || pidfdSocket || hasAgent(planning) ? { pidfd: "process_pidfd" } : {}),
      },
      { why: "Make the process: a pid namespace takes effect in children only", result: "process" },
    ),
    close({ fd: result("go_reader") }, { why: "Only the process reads here" }),
    close({ fd: result("ready_writer") }, { why: "Only the process writes here: if it ends, reading says so" }),
    ...(pidfdSocket ? planSendPidfd("process_pidfd") : []),
    ...cgroups.outside,
    ...(resctrlTasks === undefined ? [] : planJoinResctrl("process")),
    tell({ why: "Say which process it is" }),
    write({ fd: result("go_writer"), data: "." }, { why: "Let it go on" }),
    ...(shown ? planTakeTerminal("process_pidfd") : []),
    ...planHandListenerOver(planning, {
      pidfd: "process_pidfd",
      process: "process",
      container: { status: "running", pid: initPid },
    }),
    ...(mode === "run"
      ? [
          blockSignals({ why: "Outlive a Ctrl-C: it is meant for the process, and the runtime passes it on" }),
          ...(shown ? planRelay("process_pidfd") : []),
          wait4({ pid: result("process"), status: "status", flags: [] }, { why: "Wait for it to end, and learn how" }),
        ]
      : planAwaitReady(planning, "Wait until it is about to start")),
  ];
}

interface CgroupMoves {
  /** While the host's paths can be seen. */
  before: Op[];
  /** By the runtime, once there is a process. */
  outside: Op[];
  /** By the process, before anything else. */
  inside: Op[];
}

/** On v1 it moves itself, as a container's first process does, and why is told there (`cgroups.ts`). */
function planCgroupMoves(planning: Planning, directories: readonly string[]): CgroupMoves {
  const itself = planning.facts.cgroupMode !== "v2";
  const lists = directories.map((directory) => ({ directory, fd: planning.name(`procs ${directory}`) }));
  const why = "Put it under the container's limits before it does anything";
  return {
    before: lists.map(({ directory, fd }) =>
      openat(
        { directory: "AT_FDCWD", path: `${directory}/${itself ? "tasks" : "cgroup.procs"}`, flags: ["O_WRONLY"] },
        { why: "Open the list of who is in the container's cgroup, while the host's paths can be seen", result: fd },
      ),
    ),
    outside: itself ? [] : lists.map(({ fd }) => write({ fd: result(fd), data: template("{process}") }, { why })),
    inside: itself ? lists.map(({ fd }) => write({ fd: result(fd), data: "0" }, { why })) : [],
  };
}

function planInside(planning: Planning, { joins }: ExecRequest, cgroups: CgroupMoves): Op[] {
  const filter = planSeccomp(planning);
  return [
    ...cgroups.inside,
    close({ fd: result("go_writer") }, { why: "Only the runtime writes here" }),
    close({ fd: result("ready_reader") }, { why: "Only the runtime reads here" }),
    read({ fd: result("go_reader"), into: "go" }, { why: "Wait until this process is in its cgroup" }),
    ...planAffinity(planning, "final"),
    setsid({ why: "Lead a session of its own, apart from the starter's terminal and its Ctrl-C" }),
    ...planBecomeNamespaceRoot(planning),
    ...planSessionKeyring(planning, HOST_PROC),
    ...(joins.includes("CLONE_NEWNS")
      ? []
      : [
          fchdir({ fd: result(CONTAINER_ROOT) }, { why: "Go into the container's root" }),
          chroot({ path: "." }, { why: "Let paths start there" }),
          close({ fd: result(CONTAINER_ROOT) }, { why: "Done with it" }),
        ]),
    ...planTerminal(planning, { inside: true }),
    ...planSecurityLabels(planning, HOST_PROC),
    ...(wantsLabel(planning)
      ? [close({ fd: result(HOST_PROC) }, { why: "From this directory one could reach the host's processes" })]
      : []),
    ...planEnterDirectory(planning),
    ...planKeepLastWord(planning),
    ...planRlimits(planning),
    ...planScheduling(planning),
    ...filter.beforeCapabilities,
    ...planIdentity(planning),
    ...planNoNewPrivileges(planning),
    ...filter.beforeStart,
    ...planSayAboutToStart(planning),
    ...filter.last,
    ...planExec(planning),
  ];
}
