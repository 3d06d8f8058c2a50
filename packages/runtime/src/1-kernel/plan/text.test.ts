import assert from "node:assert/strict";
import { test } from "node:test";
import { GlassboxError } from "../../0-base/mod.ts";
import { mkdirat, openat2, pipe2, read, write } from "../syscalls/files.ts";
import { capset, setgroups } from "../syscalls/identity.ts";
import { mount } from "../syscalls/mount.ts";
import { result, template } from "../syscalls/op.ts";
import { clone3, execve } from "../syscalls/processes.ts";
import { seccomp } from "../syscalls/seccomp.ts";
import { explainPlan } from "./explain.ts";
import { parsePlan } from "./parse.ts";
import type { Arg, Op, Plan } from "./plan.ts";
import { printOp, printPlan } from "./print.ts";

const plan: Plan = {
  programs: [
    {
      name: "sysrun",
      ops: [
        pipe2({ from: "hear", into: "say" }, { why: "Let the child wait for us." }),
        openat2(
          {
            directory: "AT_FDCWD",
            path: "/srv/web/rootfs",
            flags: ["O_PATH", "O_DIRECTORY"],
            resolve: ["RESOLVE_NO_SYMLINKS"],
          },
          {
            why: "Hold the root by descriptor,\nso that nobody can swap it under us.",
            from: "/root/path",
            result: "root",
          },
        ),
        mkdirat(
          { directory: result("root"), path: "proc", mode: 0o755 },
          { why: "Make the mount point.", from: "/mounts/0/destination", allow: ["EEXIST"] },
        ),
        clone3(
          { program: "init", flags: ["CLONE_NEWNS", "CLONE_NEWPID"], pidfd: "initFd" },
          { why: "Make the container's first process.", from: "/linux/namespaces", result: "init" },
        ),
        write({ fd: result("say"), data: template("{init}") }, { why: "Tell it to go on." }),
      ],
    },
    {
      name: "init",
      ops: [
        read({ fd: result("hear"), into: "go" }, { why: "Wait." }),
        mount(
          {
            source: "proc",
            target: template("/proc/self/fd/{root}/proc"),
            type: "proc",
            flags: ["MS_NOSUID", "MS_NODEV"],
          },
          { why: "Show the new process ids." },
        ),
        capset(
          { effective: ["CAP_CHOWN", "CAP_KILL"], permitted: [], inheritable: [] },
          { why: "Keep two capabilities." },
        ),
        setgroups({ groups: [1, 2] }, { why: "" }),
        seccomp({ filter: new Uint8Array([6, 0, 0, 0, 0, 0, 255, 127]), flags: [] }, { why: "Filter.", from: "" }),
        execve({ path: "/bin/sh", argv: ["sh", "-c", 'echo "$A"'], environment: [] }, { why: "Become the program." }),
      ],
    },
  ],
};

const text = `program sysrun

  # Let the child wait for us.
  pipe2([$hear, $say], O_CLOEXEC)

  # Hold the root by descriptor,
  # so that nobody can swap it under us.
  openat2(AT_FDCWD, "/srv/web/rootfs", open_how{flags=O_PATH|O_DIRECTORY|O_CLOEXEC, resolve=RESOLVE_NO_SYMLINKS}, 24) = $root  <- /root/path

  # Make the mount point.
  mkdirat($root, "proc", 0755) = ok | EEXIST  <- /mounts/0/destination

  # Make the container's first process.
  clone3(clone_args{flags=CLONE_NEWNS|CLONE_NEWPID|CLONE_PIDFD, pidfd=[$initFd], exit_signal=SIGCHLD}, 88, @init) = $init  <- /linux/namespaces

  # Tell it to go on.
  write($say, \`\${init}\`, strlen(args[1]))

program init

  # Wait.
  read($hear, [$go], 1) = 1

  # Show the new process ids.
  mount("proc", \`/proc/self/fd/\${root}/proc\`, "proc", MS_NOSUID|MS_NODEV, NULL)

  # Keep two capabilities.
  capset(__user_cap_header_struct{version=_LINUX_CAPABILITY_VERSION_3}, capability_sets{effective=1<<CAP_CHOWN|1<<CAP_KILL, permitted=0, inheritable=0})

  setgroups(2, x"0100000002000000" /* gids 1 2 */)

  # Filter.
  seccomp(SECCOMP_SET_MODE_FILTER, 0, sock_fprog{len=1, filter=x"060000000000ff7f" /* 1 BPF instructions */})  <- ""

  # Become the program.
  execve("/bin/sh", ["sh", "-c", "echo \\"$A\\""], [])
`;

test("printPlan writes one call a line, with its reason above and its field behind", () => {
  assert.equal(printPlan(plan), text);
});

test("parsePlan reads back what printPlan writes", () => {
  assert.deepEqual(parsePlan(text), plan);
});

test("parsePlan reads back every kind of argument, however odd its content", () => {
  const args: Arg[] = [
    { kind: "number", value: -1 },
    { kind: "number", value: 0xffff_ffff_ffff_ffffn },
    { kind: "number", value: 2 ** 53 - 1, text: "not a number" },
    { kind: "number", value: 5, text: "5" },
    { kind: "number", value: 8, text: "MS_BIND" },
    { kind: "number", value: 259, text: "makedev(1,3)" },
    { kind: "number", value: 0, text: '*/ "\n' },
    { kind: "string", value: 'quote " slash \\ newline \n dollar $x brace {x} umlaut ü back`tick # <- /x = $y' },
    { kind: "bytes", value: new Uint8Array() },
    { kind: "bytes", value: new Uint8Array([0, 255]), text: " spaces around " },
    { kind: "strings", value: [] },
    { kind: "strings", value: ["", "PATH=/bin", "]"] },
    { kind: "struct", type: "winsize", fields: {} },
    { kind: "struct", type: "iovec", fields: { iov_base: { kind: "struct", type: "sigset", fields: {} } } },
    { kind: "struct", type: "sockaddr_un", fields: { sun_path: { kind: "string", value: "/run/x}" } } },
    { kind: "result", of: "a1" },
    { kind: "template", value: '$\u2028{a}\\`{b}{c} "q" \\u0041 \n' },
    { kind: "template", value: "" },
    { kind: "length", of: 2 },
    { kind: "out", names: ["a", "b"] },
    { kind: "program", name: "an odd name" },
    { kind: "null" },
  ];
  const ops: Op[] = args.map((arg) => ({
    call: "getpid",
    args: [arg, { kind: "null" }],
    why: "\n two\n\nlines #x \u2028\n",
  }));
  ops.push({ call: "getpid", args: [], why: "", from: " odd ", allow: ["EPERM", "ENOENT"], expect: -2, result: "all" });
  ops.push({ call: "getpid", args: [], why: "# x", from: "/a <- b ~1 c" });
  const odd: Plan = {
    programs: [
      { name: 'a "name"', ops },
      { name: "empty", ops: [] },
    ],
  };
  assert.deepEqual(parsePlan(printPlan(odd)), odd);
});

test("parsePlan names the line of a mistake and what it wanted", () => {
  const cases: Array<[text: string, message: string]> = [
    ["mount()", 'line 1: expected "program NAME" before the first call, but there is "mount()"'],
    ["program a\nmount(1", 'line 2: expected "," or ")", but the line ends'],
    [
      "program a\n\nmount(MS_BUND)",
      'line 3: expected a number or constants the kernel knows instead of MS_BUND, but there is ")"',
    ],
    [
      "program a\nmkdirat() = EEXISTS",
      "line 2: expected an error the kernel knows instead of EEXISTS, but the line ends",
    ],
    ["program a\nopen(how{})", 'line 2: expected a struct that plans can pass instead of how, but there is "})"'],
    [
      "program a\nmount() and more",
      'line 2: expected the end of the line, "= ..." or "<- ...", but there is "and more"',
    ],
  ];
  for (const [given, message] of cases) {
    assert.throws(() => parsePlan(given), { name: GlassboxError.name, category: "invalid argument", message });
  }
});

test("printOp abridged leaves out the middle of what is long", () => {
  const op = execve({ path: "/x", argv: ["1", "2", "3", "4", "5", "6", "7"], environment: [] }, { why: "Go." });
  assert.equal(printOp(op, { abridged: true }), '# Go.\nexecve("/x", ["1", "2", "3", "4", "5", "6", ...], [])');
});

test("explainPlan tells of each call what it is for, what it gives and what it allows", () => {
  const page = explainPlan({ programs: [{ name: "sysrun", ops: plan.programs[0]?.ops.slice(0, 3) ?? [] }] });
  assert.equal(
    page,
    `This plan makes 3 system calls in one process.

Program "sysrun" runs in sysrun itself:

  1. Let the child wait for us.
       pipe2([$hear, $say], O_CLOEXEC)
     It fills in $hear.
     It fills in $say.
     See: man 2 pipe2

  2. Hold the root by descriptor, so that nobody can swap it under us.
       openat2(AT_FDCWD, "/srv/web/rootfs", open_how{flags=O_PATH|O_DIRECTORY|O_CLOEXEC, resolve=RESOLVE_NO_SYMLINKS}, 24) = $root
     Asked for by config.json, field /root/path.
     What it returns is called $root from here on.
     See: man 2 openat2

  3. Make the mount point.
       mkdirat($root, "proc", 0755) = ok | EEXIST
     Asked for by config.json, field /mounts/0/destination.
     EEXIST would be fine too.
     See: man 2 mkdirat
`,
  );
});
