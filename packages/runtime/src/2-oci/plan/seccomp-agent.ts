/**
 * SCMP_ACT_NOTIFY: a call that the filter names waits until an agent on the host has answered in the kernel's place. The
 * agent listens at `listenerPath` and is sent the descriptor that notifications come through, with the state of the process
 * it is for (runtime-spec config-linux.md, "Seccomp" and "The Container Process State").
 *
 * The container cannot reach the agent itself: it has left the host's paths. So it tells the runtime the descriptor's
 * number, and the runtime takes a copy and hands that over, before the container makes another call.
 */
import {
  close,
  connect,
  type Op,
  pidfdGetfd,
  read,
  result,
  sendDescriptor,
  socket,
  template,
  write,
  writeNumber,
} from "../../1-kernel/mod.ts";
import { OCI_VERSION } from "../spec/version.ts";
import type { Planning } from "./planning.ts";

export const AGENT_FIELD = "/linux/seccomp/listenerPath";

/** Digits of the largest pid (man 5 proc, pid_max is at most 2^22). */
const PID_DIGITS = 7;

/** Whether an agent has to answer for some call. */
export function hasAgent({ config }: Pick<Planning, "config">): boolean {
  return (config.linux?.seccomp?.syscalls ?? []).some(({ action }) => action === "SCMP_ACT_NOTIFY");
}

/** In the runtime, on the host's paths and before anything is made: reach the agent. */
export function planReachAgent(planning: Planning): Op[] {
  if (!hasAgent(planning)) return [];
  const path = planning.config.linux?.seccomp?.listenerPath ?? "";
  return [
    socket(
      { kind: "SOCK_STREAM" },
      { why: "A socket to speak to the seccomp agent", from: AGENT_FIELD, result: "agent" },
    ),
    connect({ fd: result("agent"), path }, { why: "Reach the agent that will answer calls", from: AGENT_FIELD }),
  ];
}

/** In the new process, right after its filter is on: from here to the answer it makes only `write` and `read`. */
export function planOfferListener(listener: string): Op[] {
  return [
    writeNumber(
      { fd: result("ready_writer"), value: result(listener) },
      { why: "Say where the notifications are", from: AGENT_FIELD },
    ),
    read(
      { fd: result("go_reader"), into: "agent_ready" },
      { why: "Wait until the agent can answer", from: AGENT_FIELD },
    ),
    close(
      { fd: result(listener) },
      { why: "Leave it to the agent: when that ends, calls fail instead of waiting", from: AGENT_FIELD },
    ),
  ];
}

export interface AgentOf {
  /** Names of the results with the new process's descriptor and with its pid. */
  pidfd: string;
  process: string;
  /** The container as `state` shows it at this moment; without a pid where its first process is the new one. */
  container: { status: "creating" | "running"; pid?: number };
}

/** In the runtime: the other half of `planOfferListener`. */
export function planHandListenerOver(planning: Planning, { pidfd, process, container }: AgentOf): Op[] {
  if (!hasAgent(planning)) return [];
  return [
    read(
      { fd: result("ready_reader"), into: "listener_number", count: 4 },
      { why: "Wait until the filter is on, and learn where its notifications are", from: AGENT_FIELD },
    ),
    pidfdGetfd(
      { pidfd: result(pidfd), target: result("listener_number") },
      { why: "Take a copy of that descriptor", from: AGENT_FIELD, result: "listener" },
    ),
    sendDescriptor(
      { over: result("agent"), carry: result("listener"), ...processState(planning, process, container) },
      { why: "Hand it to the agent, with the state of the process it is for", from: AGENT_FIELD },
    ),
    close({ fd: result("listener") }, { why: "Leave it to the agent", from: AGENT_FIELD }),
    close({ fd: result("agent") }, { why: "One state a connection, says the specification", from: AGENT_FIELD }),
    write({ fd: result("go_writer"), data: "." }, { why: "Let the process go on", from: AGENT_FIELD }),
  ];
}

/**
 * The `containerProcessState` as JSON with pids yet to be known. What is sent has a length of its own: spaces at the end,
 * of which as many are left off as the pids have digits.
 */
function processState(planning: Planning, process: string, container: AgentOf["container"]) {
  const { id, bundle, config } = planning;
  const { listenerMetadata } = config.linux?.seccomp ?? {};
  const own = -1;
  const state = {
    ociVersion: OCI_VERSION,
    fds: ["seccompFd"],
    pid: own,
    ...(listenerMetadata ? { metadata: listenerMetadata } : {}),
    state: {
      ociVersion: OCI_VERSION,
      id,
      status: container.status,
      pid: container.pid ?? own,
      bundle,
      annotations: config.annotations ?? {},
    },
  };
  // A brace before a letter stands inside a string only, and would look like the name of a result.
  const json = JSON.stringify(state).replace(/\{(?=[A-Za-z])/g, "\\u007b");
  const pieces = json.split(`"pid":${own}`);
  const spaces = " ".repeat(PID_DIGITS * (pieces.length - 1));
  const bytes = Buffer.byteLength(pieces.join('"pid":') + spaces);
  return { data: template(pieces.join(`"pid":{${process}}`) + spaces), bytes };
}
