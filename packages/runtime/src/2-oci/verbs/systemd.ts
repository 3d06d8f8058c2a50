/**
 * Asks systemd for a container's unit, with systemd's own programs: a scope exists only while a process is in it, so one
 * that does nothing holds it open until the container's first process has come. Which unit, and with which properties,
 * says `1-kernel/cgroups/systemd-unit.ts`.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { GlassboxError, sleep } from "../../0-base/mod.ts";
import {
  type CgroupLimits,
  mayMoveTo,
  ownPid,
  readCgroupLayout,
  readProcCgroup,
  systemdUnit,
  unitAnnotations,
  unitProperties,
} from "../../1-kernel/mod.ts";
import { readStanding } from "../facts/standing.ts";
import type { Config } from "../spec/config.ts";

/** systemd answers at once, or is busy starting the machine. */
const DEADLINE_MS = 30_000;

/** It says that it will start a scope, and has moved the processes some milliseconds later. */
const LOOK_AGAIN_MS = 5;

const SYSTEMD = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"];

export interface OpenScope {
  unit: string;
  /** The process that holds it open. */
  holder: number;
  /** Where systemd put it, below each tree's root. */
  cgroupsPath: string;
  /** End the process that holds it open, and wait for that. With nobody else in it the scope goes. */
  release(): Promise<void>;
}

/**
 * @throws GlassboxError not supported where no systemd runs; invalid argument for a cgroupsPath that is not in systemd's
 *   form; failed precondition with systemd's own words when it refuses, for one because the unit exists
 */
export async function openScope({ linux, annotations = {} }: Config, id: string): Promise<OpenScope> {
  const asked = unitAnnotations(annotations);
  const unit = systemdUnit(linux?.cgroupsPath, id, manager());
  // sd_booted(3) looks at the same directory.
  if (!existsSync("/run/systemd/system")) {
    throw new GlassboxError(
      "not supported",
      "systemd cgroup flag passed, but systemd support for managing cgroups is not available",
      { hint: "Leave --systemd-cgroup out: this machine was not started by systemd" },
    );
  }
  // Delegate: what is below the unit, and the limits it has no property for, are ours to write (systemd's CGROUP_DELEGATION).
  const properties = ["Delegate=yes", "DefaultDependencies=no", ...unitProperties(linux?.resources ?? {}), ...asked];
  const holder = spawn(
    "systemd-run",
    [
      ...["--scope", "--quiet", "--collect", ...forUser(), `--unit=${unit.name}`, `--slice=${unit.slice}`],
      `--description=glassrun container ${id}`,
      ...properties.flatMap((property) => ["-p", property]),
      ...["--", "cat"],
    ],
    { stdio: "pipe" },
  );
  const ended = once(holder, "exit").catch((cause: Error) => {
    said += cause.message;
  });
  let said = "";
  holder.stderr.on("data", (piece: Buffer) => {
    said = `${said}${piece}`.slice(-2000); // an error is a line or two
  });
  holder.stdin.on("error", () => {
    // It has ended, and `ended` tells.
  });
  const late = setTimeout(() => holder.kill("SIGKILL"), DEADLINE_MS);
  const release = async () => {
    clearTimeout(late);
    holder.stdin.end();
    await ended;
  };
  // It gives back what it is sent once it is in the scope, and nobody reads that byte before.
  holder.stdin.write("?");
  const isIn = await Promise.race([once(holder.stdout, "data").then(() => true), ended.then(() => false)]);
  clearTimeout(late);
  const { pid = 0 } = holder;
  const cgroupsPath = isIn ? pathOf(pid) : undefined;
  // Anywhere else it is among strangers, who would be taken for the container's.
  if (cgroupsPath?.endsWith(`/${unit.name}`)) {
    try {
      await comeNear(cgroupsPath);
    } catch (thrown) {
      await release();
      throw thrown;
    }
    return { unit: unit.name, holder: pid, cgroupsPath, release };
  }
  await release();
  throw new GlassboxError(
    "failed precondition",
    `Cannot make unit "${unit.name}" in "${unit.slice}" with systemd: ${said.trim() || "it did not answer in time"}`,
    { hint: `systemctl ${forUser().join(" ")} status ${unit.name} shows what systemd knows of it`.replace("  ", " ") },
  );
}

/**
 * Go where a process may be put into the cgroup `path` from. A user's systemd has a part of the tree that is the user's,
 * and v2 lets them move processes within it; but who has logged in is in a session, beside that part, and who comes by
 * cron or su is elsewhere. So systemd is asked to take this glassrun, with what it has started, into a scope of its own
 * in there, as podman does: it is gone when glassrun is.
 * @throws GlassboxError failed precondition with systemd's words
 */
export async function comeNear(path: string): Promise<void> {
  if (manager() === "system" || isNear(path)) return;
  const unit = `glassrun-${ownPid()}.scope`;
  // The one that performs the plan is the launcher's child, as this one may be.
  const pids = [ownPid(), ...childrenOf(ownPid())];
  const properties = [
    "2",
    "PIDs",
    "au",
    `${pids.length}`,
    ...pids.map(String),
    "CollectMode",
    "s",
    "inactive-or-failed",
  ];
  const { status, stderr, error } = spawnSync(
    "busctl",
    ["--user", "call", ...SYSTEMD, "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "fail", ...properties, "0"],
    { encoding: "utf8", timeout: DEADLINE_MS },
  );
  let said = error?.message ?? (status === 0 ? "" : stderr.trim());
  for (const deadline = Date.now() + DEADLINE_MS; said === "" && !isNear(path); await sleep(LOOK_AGAIN_MS)) {
    if (Date.now() > deadline) said = "it did not do so in time";
  }
  if (said === "") return;
  throw new GlassboxError(
    "failed precondition",
    `Cannot have systemd take glassrun into unit "${unit}", to put processes into "${path}" from there: ${said}`,
    { hint: "systemd-run --user --scope, before the command, may do the same" },
  );
}

function isNear(path: string): boolean {
  const layout = readCgroupLayout();
  return layout.hierarchies.every((tree) => layout.mode !== "v2" || mayMoveTo(layout, { ...tree, path }));
}

/** man 5 proc_tid_children */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

/**
 * Where systemd has a container's unit, below each tree's root; undefined when there is none.
 * @throws as `openScope` for a cgroupsPath that is not in systemd's form
 */
export function unitPath({ linux }: Config, id: string): string | undefined {
  const unit = systemdUnit(linux?.cgroupsPath, id, manager());
  const show = ["show", "--value", "-p", "ControlGroup", unit.name];
  const { stdout } = spawnSync("systemctl", [...forUser(), ...show], { encoding: "utf8", timeout: DEADLINE_MS });
  return stdout?.trim() || undefined;
}

/** Have systemd write new limits too, until the machine is started again. @throws GlassboxError with systemd's words */
export function setUnitLimits(unit: string, limits: CgroupLimits): void {
  const properties = unitProperties(limits);
  if (properties.length === 0) return;
  const { status, stderr, error } = spawnSync(
    "systemctl",
    [...forUser(), "set-property", "--runtime", unit, ...properties],
    { encoding: "utf8", timeout: DEADLINE_MS },
  );
  if (status === 0) return;
  throw new GlassboxError(
    "failed precondition",
    `Cannot change unit "${unit}" with systemd: ${error?.message ?? stderr.trim()}`,
  );
}

/**
 * Have systemd forget a unit whose processes have ended. It would by itself, on the kernel's word that its cgroup is empty;
 * but that word does not come once the cgroup is gone, and then no other unit could have the name. One that is gone
 * already is what is wanted, and of one that stays systemd tells whoever asks for its name next.
 */
export function stopUnit(unit: string): void {
  spawnSync("systemctl", [...forUser(), "stop", unit], { stdio: "ignore", timeout: DEADLINE_MS });
}

/** Whose systemd: the machine's, or, for a user without root, who may be root of a user namespace, that user's own. */
function manager(): "system" | "user" {
  const { uid, inUserNamespace } = readStanding();
  return uid === 0 && !inUserNamespace ? "system" : "user";
}

function forUser(): string[] {
  return manager() === "user" ? ["--user"] : [];
}

/** v2's one tree, or on v1 the tree that systemd keeps for itself. */
function pathOf(pid: number): string | undefined {
  const memberships = readProcCgroup(pid) ?? [];
  return memberships.find(({ hierarchy }) => hierarchy === "name=systemd" || hierarchy === "unified")?.path;
}
