import assert from "node:assert/strict";
import { test } from "node:test";
import { encodePlan, execve } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";
import { planRestoring, type RestorePlan } from "./restore-plan.ts";

const criu = [execve({ path: "/usr/sbin/criu", argv: ["criu", "restore"], environment: [] }, { why: "Become criu" })];
const config = {
  mounts: [{ destination: "/dev/pts", type: "devpts", options: ["nosuid", "gid=5"] }],
} as unknown as Config;
const plain: RestorePlan = { config, rootfs: "/b/rootfs", criu, foreground: false };
const devpts = "/run/web/devpts";
const hooks = { directory: "/run/web/hooks", script: "/run/web/hooks/script" };

function callsOf(request: RestorePlan): string[] {
  const plan = planRestoring(request);
  encodePlan(plan); // every result is known before it is used
  return plan.programs.map(({ ops }) => ops.map(({ call }) => call).join(" "));
}

test("planRestoring becomes criu in a mount table of its own, and says how that went", () => {
  assert.deepEqual(callsOf(plain), ["unshare mount mount getpid clone3 wait4 tell", "prctl execve"]);
});

test("planRestoring waits for the container in the foreground, and only there", () => {
  const [runtime = ""] = callsOf({ ...plain, foreground: true });
  assert.match(runtime, /tell rt_sigprocmask wait4$/);
});

test("planRestoring makes a terminal in a file system like the old one", () => {
  const [runtime = "", inside] = callsOf({ ...plain, terminal: { devpts, uid: 1000, consoleSocket: "/c" } });
  assert.equal(
    runtime.slice("unshare mount mount ".length),
    "socket connect mount openat2 ioctl ioctl fchown sendmsg close getpid clone3 close wait4 tell",
  );
  assert.equal(inside, "prctl dup3 execve");
  const mounts = planRestoring({ ...plain, terminal: { devpts, uid: 0 } }).programs[0]?.ops.filter(
    ({ call }) => call === "mount",
  );
  assert.deepEqual(
    mounts?.[2]?.args.map((arg) => ("text" in arg ? arg.text : "value" in arg ? arg.value : arg.kind)),
    ["devpts", devpts, "devpts", "MS_NOSUID", "gid=5"],
  );
});

test("planRestoring shows the terminal in the foreground, once it knows the process", () => {
  const [runtime = ""] = callsOf({ ...plain, foreground: true, terminal: { devpts, uid: 0 } });
  assert.match(runtime, /tell rt_sigprocmask read pidfd_open relay wait4$/);
});

test("planRestoring lets hooks in before it waits for criu", () => {
  const [runtime = "", inside] = callsOf({ ...plain, hooks });
  assert.equal(
    runtime.slice("unshare mount mount ".length),
    "getpid mount openat write close pipe2 pipe2 clone3 close close read tell wait4 tell",
  );
  assert.equal(inside, "prctl dup3 dup3 execve");
});
