/**
 * glassrun as somebody who is not root: user nobody, with a bundle of their own, a directory for states, and a range of
 * further ids. The machine's /etc/subuid stays as it is: a mount namespace has the test's over it.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "../../../src/2-oci/spec/config.ts";
import { rootlessConfig } from "../../../src/2-oci/spec/default-config.ts";
import { makeRootfs } from "../../suites/oci/rig/rootfs.ts";

const glassrun = fileURLToPath(new URL("../../../bin/glassrun", import.meta.url));
const DEADLINE_MS = 120_000;

/** nobody: who every machine has. */
export const USER = 65534;
/** The first of the ids that belong to that user beside their own, and how many. */
export const SUBORDINATE = { first: 300_000, count: 1000 };

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  /** `cgroup.procs` files to be put in first. */
  groups?: readonly string[];
  /** Without input or output: a container that goes on would keep them open. */
  silent?: boolean;
}

export interface PlainUser {
  /** Where the bundle and the states are. */
  work: string;
  /** Write the bundle's config.json: the one of `spec --rootless`, without a terminal, changed. */
  configure(change: (config: Config) => void): void;
  /** Run glassrun as the user. */
  run(args: readonly string[], options?: RunOptions): Ended;
  remove(): void;
}

/** Ubuntu's. */
const RESTRICTED = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

/** A reason to skip, or false. */
export function whyNoPlainUser(): string | false {
  if (process.getuid?.() !== 0) return "needs root, to become another user";
  if (!existsSync("/usr/bin/newuidmap")) return "there is no newuidmap on this machine";
  if (existsSync(RESTRICTED) && readFileSync(RESTRICTED, "utf8").startsWith("1"))
    return `AppArmor keeps user namespaces from all but root: ${RESTRICTED} is 1`;
  const tried = spawnSync(glassrun, ["--version"], { uid: USER, gid: USER, cwd: "/" });
  return tried.status === 0 ? false : "user nobody may not read this checkout";
}

export function makePlainUser(): PlainUser {
  const work = mkdtempSync(join(tmpdir(), "rootless-"));
  chmodSync(work, 0o755);
  const bundle = join(work, "bundle");
  const states = join(work, "run");
  makeRootfs(join(bundle, "rootfs"), join(work, "busybox"));
  mkdirSync(states);
  // The root file system as well: what a container mounts on is made in it first.
  spawnSync("chown", ["-R", `${USER}:${USER}`, bundle, states]);
  const ids = join(work, "subids");
  writeFileSync(ids, `nobody:${SUBORDINATE.first}:${SUBORDINATE.count}\n`);
  const cover = `for file in /etc/subuid /etc/subgid; do mount --bind '${ids}' $file; done`;
  const become = `exec setpriv --reuid=${USER} --regid=${USER} --clear-groups "$@"`;
  return {
    work,
    configure(change) {
      const config = rootlessConfig(USER, USER);
      if (config.process) config.process.terminal = false;
      change(config);
      writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
      chownSync(join(bundle, "config.json"), USER, USER);
    },
    run(args, { groups = [], silent = false } = {}) {
      const joins = groups.map((procs) => `echo $$ > '${procs}'; `).join("");
      const command = ["-c", `${joins}${cover}; ${become}`, "sh", glassrun, ...args];
      const { status, stdout, stderr } = spawnSync("unshare", ["--mount", "sh", ...command], {
        cwd: args.includes("run") || args.includes("create") ? bundle : "/",
        encoding: "utf8",
        stdio: silent ? "ignore" : "pipe",
        timeout: DEADLINE_MS,
        env: { PATH: process.env.PATH ?? "", XDG_RUNTIME_DIR: states, ...marker() },
      });
      return { code: status, out: stdout ?? "", err: stderr ?? "" };
    },
    remove: () => rmSync(work, { recursive: true, force: true }),
  };
}

/** What a whole test run's processes are known by. */
function marker(): Record<string, string> {
  const { GLASSBOX_TEST_RUN: run } = process.env;
  return run ? { GLASSBOX_TEST_RUN: run } : {};
}
