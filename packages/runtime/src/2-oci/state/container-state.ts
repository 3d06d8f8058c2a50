/**
 * A container's state on disk, `ROOT/ID/state.json`, and what the kernel makes of it: the status is never stored, it is
 * read from the process, the start FIFO and the freezer each time (runtime-spec runtime.md, "State").
 */
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { type CgroupDirectory, freezerState } from "../../1-kernel/mod.ts";
import type { ResctrlPlace } from "../plan/intel-rdt.ts";
import { OCI_VERSION } from "../spec/version.ts";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";

export type ContainerStatus = "creating" | "created" | "running" | "paused" | "stopped";

/** What is stored. */
export interface StoredState {
  id: string;
  /** Absolute. */
  bundle: string;
  rootfs: string;
  /** RFC 3339. */
  created: string;
  /** User name of whoever made it. */
  owner: string;
  annotations: Record<string, string>;
  cgroups: CgroupDirectory[];
  /** systemd's unit that the cgroups belong to, when it made them. */
  unit?: string;
  /** Where it is in the resctrl file system, if it has shares of cache or bandwidth. */
  resctrl?: ResctrlPlace;
  /** Its processes have their starters' session key rings. */
  noNewKeyring?: true;
  /** The runtime while it is making the container: when it is gone without an init, the making failed half-way. */
  maker: ProcessIdentity;
  /** The container's first process; absent until it is known. */
  init?: ProcessIdentity;
}

/** What `state` prints (runtime-spec state-schema.json, and the fields runc adds). */
export interface ContainerState {
  ociVersion: string;
  id: string;
  pid: number;
  status: ContainerStatus;
  bundle: string;
  rootfs: string;
  created: string;
  owner: string;
  annotations?: Record<string, string>;
}

export const START_FIFO = "exec.fifo";
export const KNOWN_FIFO = "known.fifo";
export const HOOKS_FIFO = "hooks.fifo";
export const MAPS_FIFO = "maps.fifo";

/** Asks the kernel. `directory` is the container's state directory. */
export function statusOf(stored: StoredState, directory: string): ContainerStatus {
  if (!stored.init) return isAlive(stored.maker) ? "creating" : "stopped";
  if (!isAlive(stored.init)) return "stopped";
  if (freezerState(stored.cgroups) === "frozen") return "paused";
  return isWaitedAt(join(directory, START_FIFO)) ? "created" : "running";
}

/** Does somebody read there? A `start` that was killed may have woken the container and left the FIFO behind. */
function isWaitedAt(fifo: string): boolean {
  try {
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

export function describe(stored: StoredState, directory: string): ContainerState {
  const status = statusOf(stored, directory);
  const { id, bundle, rootfs, created, owner, annotations } = stored;
  const pid = status === "stopped" ? 0 : (stored.init?.pid ?? 0);
  return {
    ociVersion: OCI_VERSION,
    id,
    pid,
    status,
    bundle,
    rootfs,
    created,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    owner,
  };
}
