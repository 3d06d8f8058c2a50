/** sysrun on the real kernel: what plans do, how they fail, what they leave behind. Needs root and Debian's busybox-static. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  exitCodeOf,
  nativeProgram,
  type PerformOptions,
  parsePlan,
  performPlan,
  readStat,
  SyscallError,
} from "../../src/1-kernel/mod.ts";
import { until } from "./until.ts";

let scratch = "";
before(() => {
  scratch = fs.mkdtempSync(path.join(tmpdir(), "sysrun-test-"));
});
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((file) => fs.existsSync(file));

function missing(t: TestContext): boolean {
  if (process.getuid?.() === 0 && busybox) return false;
  t.skip(busybox ? "needs root: namespaces and mounts cannot be made without" : "needs Debian's busybox-static");
  return true;
}

/** A root file system with busybox in it and nothing else. */
function makeRoot(): string {
  const root = fs.mkdtempSync(path.join(scratch, "root-"));
  for (const folder of ["bin", "proc"]) fs.mkdirSync(path.join(root, folder));
  fs.copyFileSync(busybox ?? "", path.join(root, "bin/busybox"));
  return root;
}

/** Performs a plan in text form and returns what it printed beside its outcome. */
async function perform(text: string, options: PerformOptions = {}) {
  const output = path.join(fs.mkdtempSync(path.join(scratch, "out-")), "stdout");
  const fd = fs.openSync(output, "w");
  try {
    const outcome = await performPlan(parsePlan(text), { stdio: ["ignore", fd, fd], timeoutMs: 20_000, ...options });
    return { ...outcome, printed: fs.readFileSync(output, "utf8") };
  } finally {
    fs.closeSync(fd);
  }
}

/** The error a plan fails with. */
async function failureOf(text: string, options: PerformOptions = {}): Promise<SyscallError> {
  const failure = await perform(text, options).then(
    () => assert.fail("the plan succeeded"),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof SyscallError, String(failure));
  return failure;
}

/** Waits until process `pid` is gone; a zombie nobody has reaped yet counts as gone. */
function gone(pid: number): Promise<void> {
  return until(`process ${pid} to end`, () => [undefined, "Z", "X"].includes(readStat(pid)?.state));
}

test("sysrun enters a mount namespace, makes another root and becomes the program in it", async (t) => {
  if (missing(t)) return;
  const root = makeRoot();
  const mountsBefore = fs.readFileSync("/proc/self/mountinfo", "utf8");
  const { printed, exitCode } = await perform(`
program sysrun
  # Leave the mounts of the machine alone.
  unshare(CLONE_NEWNS)
  mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL)
  # pivot_root wants a mount point.
  mount(${JSON.stringify(root)}, ${JSON.stringify(root)}, NULL, MS_BIND|MS_REC, NULL)
  chdir(${JSON.stringify(root)})
  pivot_root(".", ".")
  umount2(".", MNT_DETACH)
  chdir("/")
  execve("/bin/busybox", ["sh", "-c", "echo /* && pwd && exit 3"], [])
`);
  assert.deepEqual({ printed, exitCode }, { printed: "/bin /proc\n/\n", exitCode: 3 });
  assert.equal(fs.readFileSync("/proc/self/mountinfo", "utf8"), mountsBefore);
});

test("sysrun makes a process in new namespaces, holds it back by a pipe and waits for it", async (t) => {
  if (missing(t)) return;
  const root = makeRoot();
  const told: Array<Record<string, number>> = [];
  const { printed, results } = await perform(
    `
program sysrun
  pipe2([$hear, $say], O_CLOEXEC)
  clone3(clone_args{flags=CLONE_NEWNS|CLONE_NEWPID|CLONE_NEWUTS|CLONE_PIDFD, pidfd=[$initFd], exit_signal=SIGCHLD}, 88, @init) = $init
  tell()
  write($say, "go", 2) = 2
  wait4($init, [$status], 0, NULL) = $waited

program init
  read($hear, [$go], 2) = 2
  sethostname("boxed", 5)
  mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL)
  mount("proc", ${JSON.stringify(path.join(root, "proc"))}, "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)
  chroot(${JSON.stringify(root)})
  chdir("/")
  execve("/bin/busybox", ["sh", "-c", "busybox hostname; echo /proc/[0-9]*; exit 7"], ["PATH=/bin"])
`,
    { onTold: (results) => told.push(results) },
  );
  assert.equal(printed, "boxed\n/proc/1\n");
  assert.equal(exitCodeOf(results.status ?? -1), 7);
  assert.equal(results.waited, results.init);
  assert.deepEqual(Object.keys(told[0] ?? {}), ["hear", "say", "initFd", "init"]);
  assert.ok((results.initFd ?? -1) > 2);
});

test("sysrun puts results into arguments, text and structs, and takes them out of memory", async (t) => {
  if (missing(t)) return;
  const { printed, results } = await perform(`
program sysrun
  getpid() = $me
  write(1, \`I am \${me}.\\n\`, strlen(args[1]))
  writev(1, iovec{iov_base=\`fd \${me} in a struct\\n\`, iov_len=3}, 1) = 3
  openat(AT_FDCWD, "/dev/ptmx", O_RDWR|O_NOCTTY|O_CLOEXEC) = $terminal
  ioctl($terminal, TIOCSWINSZ, winsize{ws_row=$terminal, ws_col=80})
  ioctl($terminal, TIOCGWINSZ, [$size, $pixels])
  # A descriptor goes through a socket and comes out as another one for the same pipe.
  pipe2([$out, $in], O_CLOEXEC)
  socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, [$one, $other])
  sendmsg($one, msghdr{msg_iov=iovec{iov_base="x", iov_len=1}, msg_iovlen=1, msg_control=cmsg_descriptor{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, descriptor=$in}, msg_controllen=24}, 0) = 1
  recvmsg($other, msghdr{msg_iov=iovec{iov_base=[$x], iov_len=1}, msg_iovlen=1, msg_control=[$length, $zero, $level, $type, $got, $padding], msg_controllen=24}, 0) = 1
  write($got, "AB", 2) = 2
  read($out, [$letters], 2) = 2
`);
  assert.equal(printed, `I am ${results.me}.\nfd `);
  const { size = 0, terminal, letters, x, length, got } = results;
  assert.deepEqual([size & 0xffff, size >> 16], [terminal, 80]);
  assert.deepEqual([x, length, letters], [0x78, 20, 0x4241]);
  assert.notEqual(got, results.in);
});

test("sysrun lets allowed errors pass and keeps them as negated results", async (t) => {
  if (missing(t)) return;
  const { results } = await perform('program sysrun\n  mkdirat(AT_FDCWD, "/", 0755) = $made | EEXIST');
  assert.deepEqual(results, { made: -17 });
});

test("sysrun reports each call with its result and its times when traced", async (t) => {
  if (missing(t)) return;
  const calls: string[] = [];
  const times: bigint[] = [];
  await perform(
    `
program sysrun
  mkdirat(AT_FDCWD, "/", 0755) = ok | EEXIST
  clone3(clone_args{exit_signal=SIGCHLD}, 88, @child) = $child
  wait4($child, [$status], 0, NULL)
program child
  umask(022)
`,
    {
      onTrace: ({ program, index, op, value, errno, startNs, endNs }) => {
        calls.push(
          `${program} ${index} ${op.call} ${op.call === "clone3" || op.call === "wait4" ? value > 0 : value} ${errno}`,
        );
        if (program === "sysrun") times.push(startNs, endNs);
      },
    },
  );
  assert.deepEqual(
    calls.filter((call) => call.startsWith("sysrun")),
    ["sysrun 0 mkdirat -17 EEXIST", "sysrun 1 clone3 true undefined", "sysrun 2 wait4 true undefined"],
  );
  assert.deepEqual(
    calls.filter((call) => call.startsWith("child")).map((call) => call.split(" ").slice(0, 3)),
    [["child", "0", "umask"]],
  );
  assert.deepEqual(
    times,
    times.toSorted((a, b) => (a < b ? -1 : 1)),
  );
});

test("sysrun makes no call before it is told to step, and none after stepping stops", async (t) => {
  if (missing(t)) return;
  const folder = fs.mkdtempSync(path.join(scratch, "step-"));
  const seen: Array<[call: string, existing: string[]]> = [];
  const plan = ["a", "b", "c"].map((name) => `  mkdirat(AT_FDCWD, "${folder}/${name}", 0755)`).join("\n");
  const stopped = new Error("enough");
  await assert.rejects(
    perform(`program sysrun\n${plan}`, {
      step: async ({ index, op }) => {
        await delay(10);
        seen.push([`${index} ${op.call}`, fs.readdirSync(folder)]);
        if (index === 2) throw stopped;
      },
    }),
    stopped,
  );
  assert.deepEqual(seen, [
    ["0 mkdirat", []],
    ["1 mkdirat", ["a"]],
    ["2 mkdirat", ["a", "b"]],
  ]);
  assert.deepEqual(fs.readdirSync(folder), ["a", "b"]);
});

test("performPlan says of a failed call what it was for, what the kernel said, and what is there to undo", async (t) => {
  if (missing(t)) return;
  const failure = await failureOf(`
program sysrun
  getpid() = $me
  # Make the mount point.
  mkdirat(AT_FDCWD, "/nowhere/x", 0755)  <- /mounts/0
  umask(0)
`);
  assert.equal(
    failure.message,
    'Make the mount point: mkdirat(AT_FDCWD, "/nowhere/x", 0755) failed with ENOENT (No such file or directory), asked for by config.json field "/mounts/0"',
  );
  const { category, program, index, errno, hint, results } = failure;
  assert.deepEqual(
    { category, program, index, errno, hint, results: Object.keys(results) },
    {
      category: "not found",
      program: "sysrun",
      index: 1,
      errno: "ENOENT",
      hint: "Check that the path exists, seen from where the container's root is",
      results: ["me"],
    },
  );
});

test("performPlan names the call that failed in a child, not the parent's that waited for it", async (t) => {
  if (missing(t)) return;
  const plan = `
program sysrun
  pipe2([$hear, $say], O_CLOEXEC)
  clone3(clone_args{exit_signal=SIGCHLD}, 88, @child) = $child
  close($say)
  read($hear, [$ready], 1) = 1
program child
  close($hear)
  # Become a program that is not there.
  execve("/no/such/program", ["x"], [])
`;
  const failure = await failureOf(plan);
  assert.deepEqual([failure.program, failure.index, failure.errno], ["child", 1, "ENOENT"]);
});

test("performPlan ends a plan whose call returns what it must not", async (t) => {
  if (missing(t)) return;
  const failure = await failureOf("program sysrun\n  pipe2([$r, $w], 0)\n  close($w)\n  read($r, [$x], 1) = 1");
  assert.equal(failure.message, "read($r, [$x], 1) = 1 returned 0");
  assert.equal(failure.errno, undefined);
});

test("performPlan fails any call on request without making it", async (t) => {
  if (missing(t)) return;
  const folder = path.join(scratch, "not-made");
  const plan = `program sysrun\n  umask(0)\n  mkdirat(AT_FDCWD, "${folder}", 0755)`;
  const failure = await failureOf(plan, { failAt: { program: "sysrun", op: 1, errno: "ENOSPC" } });
  assert.deepEqual([failure.index, failure.errno, fs.existsSync(folder)], [1, "ENOSPC", false]);
});

test("sysrun runs from a sealed copy that cannot be written to, even once it runs no more", async (t) => {
  if (missing(t)) return;
  const stop = new AbortController();
  let seen: string | undefined;
  let copy = -1;
  const onTold = ({ me }: Record<string, number>) => {
    seen = fs.readlinkSync(`/proc/${me}/exe`);
    // As CVE-2019-5736 does: hold the program, wait until it has ended, open it again for writing.
    copy = fs.openSync(`/proc/${me}/exe`, "r");
    stop.abort();
  };
  const wait = "program sysrun\n  pipe2([$r, $w], O_CLOEXEC)\n  getpid() = $me\n  tell()\n  read($r, [$x], 1)";
  await assert.rejects(perform(wait, { onTold, signal: stop.signal }), { category: "cancelled" });
  try {
    assert.equal(seen, "/memfd:sysrun (deleted)");
    const again = fs.openSync(`/proc/self/fd/${copy}`, "r+");
    try {
      assert.throws(() => fs.writeSync(again, "#!"), { code: "EPERM" });
    } finally {
      fs.closeSync(again);
    }
  } finally {
    fs.closeSync(copy);
  }
});

test("performPlan tells an executed program's exit code from sysrun's own", async (t) => {
  if (missing(t)) return;
  for (const code of [0, 123, 124, 125]) {
    const plan = `program sysrun\n  execve(${JSON.stringify(busybox)}, ["sh", "-c", "exit ${code}"], [])`;
    assert.equal((await perform(plan)).exitCode, code);
  }
});

test("sysrun refuses what is no plan, doing nothing", async (t) => {
  if (missing(t)) return;
  const noPlan = path.join(scratch, "no-plan");
  fs.writeFileSync(noPlan, "x".repeat(1000));
  const fd = fs.openSync(noPlan, "r");
  try {
    const child = spawn(nativeProgram("sysrun"), ["--plan", "3"], { stdio: ["ignore", "ignore", "pipe", fd] });
    let said = "";
    child.stderr?.on("data", (bytes: Buffer) => {
      said += bytes;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    assert.deepEqual([code, said], [124, "sysrun: cannot read the plan: not a plan\n"]);
  } finally {
    fs.closeSync(fd);
  }
});

test("sysrun leaves no descriptor of its own to what it executes", async (t) => {
  if (missing(t)) return;
  const { printed } = await perform(
    `
program sysrun
  close_range(3, 0xffffffff, CLOSE_RANGE_CLOEXEC)
  execve(${JSON.stringify(busybox)}, ["ls", "/proc/self/fd"], [])
`,
    { onTrace: () => {}, step: () => {} },
  );
  assert.equal(printed, "0\n1\n2\n3\n", "3 is the directory that ls reads");
});

test("performPlan ends the plan when whoever listens throws, and throws that", async (t) => {
  if (missing(t)) return;
  const thrown = new Error("no room for the pid file");
  const onTold = () => {
    throw thrown;
  };
  const plan = "program sysrun\n  pipe2([$r, $w], O_CLOEXEC)\n  tell()\n  read($r, [$x], 1)";
  await assert.rejects(perform(plan, { onTold }), thrown);
});

test("performPlan stops at its deadline", async (t) => {
  if (missing(t)) return;
  const plan = "program sysrun\n  pipe2([$r, $w], O_CLOEXEC)\n  read($r, [$x], 1)";
  await assert.rejects(perform(plan, { timeoutMs: 50 }), {
    category: "deadline exceeded",
    message: "Cannot finish the plan: it took longer than 50 ms",
  });
});

test("a client that is killed leaves neither sysrun nor the processes it was still preparing", async (t) => {
  if (missing(t)) return;
  const kernel = new URL("../../src/1-kernel/mod.ts", import.meta.url).href;
  const plan = `
program sysrun
  pipe2([$hear, $say], O_CLOEXEC)
  getpid() = $me
  clone3(clone_args{exit_signal=SIGCHLD}, 88, @child) = $child
  tell()
  pipe2([$never, $written], O_CLOEXEC)
  read($never, [$x], 1) = 1
program child
  close($say)
  read($hear, [$go], 1) = 1
`;
  const script = `
    import { parsePlan, performPlan } from ${JSON.stringify(kernel)};
    await performPlan(parsePlan(${JSON.stringify(plan)}), { onTold: (r) => console.log(r.me + " " + r.child) });`;
  const client = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pids = await new Promise<number[]>((resolve, reject) => {
    client.stdout.once("data", (line: Buffer) => resolve(line.toString().trim().split(" ").map(Number)));
    client.once("error", reject);
    client.once("exit", (code) => reject(new Error(`the client ended with ${code}`)));
  });
  assert.equal(pids.length, 2);
  client.kill("SIGKILL");
  for (const pid of pids) await gone(pid);
});
