/**
 * The three runtimes as commands, and bundles for them to run: what all measures of containers stand on. They take turns
 * at each thing, so that all of them see the same machine.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inBuild } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { ratios, summarise } from "./statistics.mjs";

/** The profile that podman and docker give every container, in the form they keep it in. */
const PROFILE = "/usr/share/containers/seccomp.json";

/** With 100 the ratios are the same. */
const SETTLE_MS = 30;

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string[]} command with its own directory of states
 * @property {(args: string[]) => number} run one command to its end: milliseconds that it took
 * @property {(args: string[]) => Promise<number>} start the same, without blocking this program
 * @property {(id: string) => void} discard a container in whatever state, if it is there
 */

/**
 * @template T
 * @param {(given: { runtimes: Runtime[], bundle: (args: string[], change?: (config: any) => void) => string, place: string }) => Promise<T> | T} work
 *   `bundle` makes one whose program has these arguments; `place` is a directory that is removed afterwards
 * @returns {Promise<T>}
 */
export async function withRuntimes(work) {
  const place = mkdtempSync(path.join(tmpdir(), "glassbox-bench-"));
  const commands = { glassrun: [inBuild("native/glassrun")], runc: ["runc"], crun: crunCommand() };
  const runtimes = Object.entries(commands).map(([name, start]) =>
    runtimeOf(name, [...start, "--root", path.join(place, name)], path.join(place, `${name}.log`)),
  );
  let bundles = 0;
  /** @param {string[]} args @param {(config: any) => void} change */
  const bundle = (args, change = () => {}) => {
    const directory = path.join(place, `bundle-${bundles++}`);
    cpSync(inBuild("rootfs/bundle"), directory, { recursive: true, verbatimSymlinks: true });
    const file = path.join(directory, "config.json");
    const config = JSON.parse(readFileSync(file, "utf8"));
    config.process.args = args;
    change(config);
    writeFileSync(file, JSON.stringify(config));
    return directory;
  };
  try {
    return await work({ runtimes, bundle, place });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/**
 * To be called before each thing that is timed: what a container was made of, the kernel goes on taking away after the command
 * has returned, and that work would be counted as the next one's.
 */
export function settle() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS);
}

/** An empty list of times for each of them. @param {Array<{ name: string }>} runtimes @returns {Record<string, number[]>} */
export function timesOf(runtimes) {
  return Object.fromEntries(runtimes.map(({ name }) => [name, []]));
}

/**
 * Each runtime's times, and ours divided by theirs.
 * @param {string} what
 * @param {Record<string, number[]>} times
 * @param {{ runc?: number, crun?: number }} [goals]
 * @returns {import("./report.mjs").Line[]}
 */
export function compared(what, times, goals = {}) {
  const { glassrun = [] } = times;
  const others = Object.entries(times).filter(([name]) => name !== "glassrun");
  return [
    ...Object.entries(times).map(([name, values]) => ({ name: `${what} ${name}`, unit: "ms", ...summarise(values) })),
    ...others.map(([name, values]) => {
      const goal = goals[/** @type {"runc" | "crun"} */ (name)];
      return { name: `${what} / ${name}`, unit: "", ...(goal ? { goal } : {}), ...ratios(glassrun, values) };
    }),
  ];
}

/** All namespaces a container can have here, and the seccomp profile that engines give it. @param {any} config */
export function asEnginesDo(config) {
  const kinds = ["mount", "uts", "ipc", "pid", "network", "cgroup"];
  config.linux.namespaces = kinds.map((type) => ({ type }));
  config.linux.seccomp = engineProfile();
}

/** The engines' file says for each rule where it holds; what is left for a container without extra capabilities. */
function engineProfile() {
  if (!existsSync(PROFILE)) {
    throw new Refusal(`Cannot measure: there is no "${PROFILE}"`, "apt-get install golang-github-containers-common");
  }
  const { defaultAction, defaultErrnoRet, syscalls } = JSON.parse(readFileSync(PROFILE, "utf8"));
  const ours = process.arch === "arm64" ? "arm64" : "amd64";
  const kept = syscalls.filter((/** @type {any} */ { includes = {}, excludes = {} }) => {
    const here = !includes.arches || includes.arches.includes(ours);
    return here && !includes.caps && !includes.minKernel && !excludes.arches?.includes(ours);
  });
  return {
    defaultAction,
    defaultErrnoRet,
    syscalls: kept.map((/** @type {any} */ { names, action, args, errnoRet }) => ({
      names,
      action,
      ...(args?.length ? { args } : {}),
      ...(errnoRet === undefined ? {} : { errnoRet }),
    })),
  };
}

/**
 * What it says goes to a file: what `create` leaves running would hold a pipe open.
 * @param {string} name
 * @param {string[]} command
 * @param {string} log
 * @returns {Runtime}
 */
function runtimeOf(name, command, log) {
  const [program = "", ...first] = command;
  /** @type {["ignore", "ignore", number]} */
  const stdio = ["ignore", "ignore", openSync(log, "w")];
  /** @param {string[]} args @param {bigint} startedAt @param {number | null} code */
  const checked = (args, startedAt, code) => {
    const ms = Number(process.hrtime.bigint() - startedAt) / 1e6;
    if (code === 0) return ms;
    const why = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").at(-1) : "";
    throw new Refusal(`Cannot measure: "${name} ${args.join(" ")}" failed: ${why}`, "npm test installs runc and crun");
  };
  return {
    name,
    command,
    run(args) {
      const startedAt = process.hrtime.bigint();
      return checked(args, startedAt, spawnSync(program, [...first, ...args], { stdio }).status);
    },
    async start(args) {
      const startedAt = process.hrtime.bigint();
      const child = spawn(program, [...first, ...args], { stdio });
      const code = await new Promise((resolve) => child.once("exit", resolve).once("error", () => resolve(null)));
      return checked(args, startedAt, code);
    },
    discard: (id) => void spawnSync(program, [...first, "delete", "--force", id], { stdio: "ignore" }),
  };
}

/**
 * crun refuses to start on a machine with v1 and v2 controllers. There it gets a mount namespace without the v2 tree; the
 * extra unshare and shell cost it two milliseconds or so.
 */
function crunCommand() {
  const unified = "/sys/fs/cgroup/unified";
  if (!existsSync(unified)) return ["crun"];
  return ["unshare", "-m", "--propagation", "private", "sh", "-c", `umount ${unified}; exec "$@"`, "sh", "crun"];
}
