/**
 * A systemd of the test's own, as the first process of namespaces of its own and at the root of a cgroup namespace, so
 * that it takes that part of the tree for the whole machine. It starts no services. Needs cgroup v2.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { treeOf } from "../../src/1-kernel/mod.ts";
import { type Outcome, runCommand } from "../suites/oci/rig/command.ts";

export interface SystemdOptions {
  /** Shell text that is run before it starts, in its mount namespace, where /run and what is below are its own already. */
  prepare?: string;
}

export interface CallOptions {
  /** A cgroup below `/` that the command is put into first, by default the one of systemd itself. */
  group?: string;
  env?: Record<string, string>;
}

/** Emulated, it takes some ten seconds. */
const READY_DEADLINE_MS = 120_000;
const PROGRAM = "/lib/systemd/systemd";

export interface OwnSystemd {
  /** Run a command where this systemd is process 1. */
  run(command: string[], options?: CallOptions): Outcome;
  /** Its cgroup as this process sees it; what it calls `/`. */
  cgroup: string;
  /** End it with all it started, and take its cgroups away. */
  stop(): Promise<void>;
}

/** @returns why there can be none here, for a test to skip with */
export function whyNoSystemd(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  if (!existsSync("/sys/fs/cgroup/cgroup.subtree_control")) return "the controllers are on cgroup v1";
  return existsSync(PROGRAM) ? undefined : `there is no ${PROGRAM} (Debian's package systemd)`;
}

/** @throws Error with what it printed when it is not up in time */
export async function startSystemd({ prepare = "" }: SystemdOptions = {}): Promise<OwnSystemd> {
  const cgroup = `/sys/fs/cgroup/glassbox-systemd-${process.pid}`;
  // A target without dependencies: nothing of the machine's own services is started a second time.
  const asFirst = `
    set -e
    mount -t tmpfs tmpfs /run
    umount -l /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mkdir -p /run/systemd/system
    printf '[Unit]\\nDescription=Nothing\\nDefaultDependencies=no\\n' >/run/systemd/system/nothing.target
    ${prepare}
    exec env -i container=glassbox PATH="$PATH" ${PROGRAM} --system --unit=nothing.target --log-target=console`;
  // Only the process inside may be in the group: one with processes of its own passes no controllers on.
  const inside = `mkdir ${cgroup}; echo 0 >${cgroup}/cgroup.procs; exec unshare --cgroup sh -c "$0"`;
  const flags = ["--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "--uts", "--kill-child"];
  const outer = spawn("unshare", [...flags, "sh", "-c", inside, asFirst], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(outer, "exit");
  const work = mkdtempSync(join(tmpdir(), "own-systemd-"));
  let calls = 0;
  let said = "";
  for (const stream of [outer.stdout, outer.stderr])
    stream.on("data", (piece) => (said = `${said}${piece}`.slice(-4000)));
  const stop = async () => {
    outer.kill("SIGKILL");
    await ended;
    await removeTree(cgroup);
    rmSync(work, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + READY_DEADLINE_MS; outer.exitCode === null && Date.now() < deadline; ) {
    await pause(300);
    const first = childOf(outer.pid ?? 0);
    if (!first) continue;
    const enter = ["--target", first, "--mount", "--pid", "--cgroup", "--uts", "--"];
    // From outside of its cgroup namespace systemd can take no process into a unit: it mounts the tree with nsdelegate.
    const run = (command: string[], { group = "/init.scope", env = {} }: CallOptions = {}) => {
      const entering = ["sh", "-c", `echo $$ >${cgroup}${group}/cgroup.procs; exec "$@"`, "join"];
      const call = [...entering, "nsenter", ...enter, ...command];
      return runCommand(call, { cwd: "/", files: join(work, `call-${calls++}`), env });
    };
    if (run(["systemctl", "is-system-running"]).stdout.trim() === "running") return { run, cgroup, stop };
  }
  await stop();
  throw new Error(`systemd is not up after ${READY_DEADLINE_MS} ms. It said:\n${said}`);
}

function childOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0] || undefined;
  } catch {
    return undefined;
  }
}

/** The kernel lets go of a killed process's group a moment late. */
async function removeTree(cgroup: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; existsSync(cgroup); await pause(100)) {
    try {
      for (const directory of treeOf(cgroup).reverse()) rmdirSync(directory);
    } catch (thrown) {
      if (Date.now() > deadline) throw thrown;
    }
  }
}
