/** `exec`: one more process in a running container, with the container's confinement. */
import assert from "node:assert/strict";
import { readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idle } from "./rig/box.ts";
import { cgroupOf } from "./rig/cgroup-files.ts";
import { defaultConfiguration, type Process } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-exec";

for (const link of ["pid", "net", "mnt", "ipc", "uts", "cgroup", "user"]) {
  rule(`the process is in the container's ${link} namespace`, source, (box) => {
    const pid = box.launch();
    assert.equal(box.exec(`readlink /proc/self/ns/${link}`).stdout, `${readlinkSync(`/proc/${pid}/ns/${link}`)}\n`);
  });
}

rule("the process sees the container's root, hostname and processes", source, async (box) => {
  const pid = box.launch();
  await box.until("the program", () => commandOf(pid) === ["sleep", "1000", ""].join("\0"));
  assert.equal(
    box.exec("hostname; cat /proc/1/cmdline | tr '\\0' ' '; ls -d /bin/busybox").stdout,
    "runc\nsleep 1000 /bin/busybox\n",
  );
});

rule("the process is in the container's cgroup", source, (box) => {
  const pid = box.launch();
  box.ok(["exec", "--detach", "--pid-file", box.path("pid"), box.id, "sleep", "1000"]);
  const other = Number(readFileSync(box.path("pid"), "utf8"));
  assert.equal(cgroupOf(other, "pids"), cgroupOf(pid, "pids"));
});

for (const code of [0, 1, 42, 255]) {
  rule(`exit code ${code} is exec's`, `${source}: "Exits with a status of command"`, (box) => {
    box.launch();
    assert.equal(box.exec(`exit ${code}`).code, code);
  });
}

for (const [name, number] of [
  ["KILL", 9],
  ["TERM", 15],
] as const) {
  rule(`a process ended by SIG${name} makes exec exit with ${128 + number}`, "runc: 128 + the signal", (box) => {
    box.launch();
    assert.equal(box.exec(`kill -${name} $$`).code, 128 + number);
  });
}

rule(
  "a program that is not there makes exec exit with 255 and say so",
  `${source}: "or 255 if an error occurred"`,
  (box) => {
    box.launch();
    const { code, stderr } = box.call(["exec", box.id, "nosuchprogram"]);
    assert.equal(code, 255);
    assert.match(stderr, /executable file not found|no such file or directory/i);
  },
);

rule("a command line that is wrong makes exec exit with 1", "runc: 255 is for errors of the exec itself", (box) => {
  for (const args of [[], ["--nosuchflag", "nobody", "true"]])
    assert.equal(box.call(["exec", ...args]).code, 1, args.join(" "));
  assert.equal(box.call(["exec", "nobody", "true"]).code, 255);
});

rule("a file that cannot be executed makes exec exit with 255 and say so", source, (box) => {
  box.launch();
  const { code, stderr } = box.call(["exec", box.id, "/etc/passwd"]);
  assert.equal(code, 255);
  assert.match(stderr, /permission denied/i);
});

rule("--cwd is the process's directory", source, (box) => {
  box.launch();
  assert.equal(box.exec("pwd", ["--cwd", "/var"]).stdout, "/var\n");
});

rule("--env adds to the container's environment", source, (box) => {
  box.launch();
  assert.equal(box.exec('echo "$A $B $TERM"', ["--env", "A=1", "--env", "B=2 3"]).stdout, "1 2 3 xterm\n");
});

rule("--user UID:GID is who the process is", source, (box) => {
  box.launch();
  assert.equal(box.exec("id -u; id -g", ["--user", "1000:1001"]).stdout, "1000\n1001\n");
});

rule("--user UID alone leaves the group 0", source, (box) => {
  box.launch();
  assert.equal(box.exec("id -u; id -g", ["-u", "1000"]).stdout, "1000\n0\n");
});

rule("-g, given twice, are the supplementary groups", source, (box) => {
  box.launch();
  const { stdout } = box.exec("grep ^Groups /proc/self/status", ["-g", "100", "-g", "65534"]);
  assert.deepEqual(stdout.replace("Groups:", "").trim().split(" ").sort(), ["100", "65534"]);
});

rule("without flags the process has the container's capabilities and no_new_privs", source, (box) => {
  box.launch();
  const show = "grep -E '^(Cap(Prm|Eff|Bnd)|NoNewPrivs)' /proc/self/status";
  const status = readFileSync(`/proc/${box.state().pid}/status`, "utf8");
  const expected = status.split("\n").filter((line) => /^(Cap(Prm|Eff|Bnd)|NoNewPrivs)/.test(line));
  assert.equal(box.exec(show).stdout, `${expected.join("\n")}\n`);
});

rule("--cap adds to bounding, permitted and effective, not to inheritable", `${source}; CVE-2022-29162`, (box) => {
  box.launch(idle, (configuration) => {
    configuration.process.capabilities = { bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"] };
  });
  const { stdout } = box.exec("grep -E '^Cap(Inh|Eff|Bnd)' /proc/self/status | tr -d '\\t'", ["--cap", "CAP_NET_RAW"]);
  assert.equal(stdout, "CapInh:0000000000000000\nCapEff:0000000000002020\nCapBnd:0000000000002020\n");
});

rule("--no-new-privs sets no_new_privs", source, (box) => {
  box.launch(idle, (configuration) => {
    configuration.process.noNewPrivileges = false;
  });
  assert.equal(box.exec("grep NoNewPrivs /proc/self/status").stdout, "NoNewPrivs:\t0\n");
  assert.equal(box.exec("grep NoNewPrivs /proc/self/status", ["--no-new-privs"]).stdout, "NoNewPrivs:\t1\n");
});

rule("the container's seccomp filter is on", 'config-linux.md "Seccomp"', (box) => {
  box.launch(idle, (configuration) => {
    configuration.linux.seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 13 }],
    };
  });
  assert.match(box.exec("mkdir /dev/shm/x").stderr, /Permission denied/);
});

rule("the container's rlimits hold", 'config.md "POSIX process"', (box) => {
  box.launch(idle, (configuration) => {
    configuration.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 123, hard: 234 }];
  });
  assert.equal(box.exec("ulimit -n; ulimit -Hn").stdout, "123\n234\n");
});

rule("standard input reaches the process to its end", source, (box) => {
  box.launch();
  const args = ["exec", box.id, "sh", "-c", "cat; echo end"];
  assert.equal(box.ok(args, { stdin: "one\n" }), "one\nend\n");
});

rule("standard output and standard error stay apart", source, (box) => {
  box.launch();
  const { stdout, stderr } = box.exec("echo out; echo err >&2");
  assert.deepEqual({ stdout, stderr }, { stdout: "out\n", stderr: "err\n" });
});

rule("--process takes everything from a file", source, (box) => {
  box.launch();
  const process: Process = {
    ...defaultConfiguration('pwd; id -u; echo "$ONLY"').process,
    cwd: "/var",
    env: ["ONLY=this", "PATH=/bin"],
  };
  writeFileSync(box.path("process.json"), JSON.stringify({ ...process, user: { uid: 1000, gid: 1000 } }));
  assert.equal(box.ok(["exec", "--process", box.path("process.json"), box.id]), "/var\n1000\nthis\n");
});

rule("--detach returns while the process runs and --pid-file says which it is", source, async (box) => {
  box.launch();
  box.ok(["exec", "--detach", "--pid-file", box.path("pid"), box.id, "sleep", "1000"]);
  const text = readFileSync(box.path("pid"), "utf8");
  assert.match(text, /^[1-9]\d*$/);
  // The pid is known before its execve is over.
  await box.until("the program", () => commandOf(text) === ["sleep", "1000", ""].join("\0"));
});

rule("--detach of a file that the kernel does not execute is refused", `${source}; man 2 execve, ENOEXEC`, (box) => {
  box.launch();
  writeFileSync(join(box.rootfs, "bin/bad"), "no program\n", { mode: 0o755 });
  assert.match(box.refused(["exec", "--detach", box.id, "/bin/bad"]), /exec.*\/bin\/bad.*exec format error/i);
});

rule("--preserve-fds N passes descriptors 3 to 3+N-1", source, (box) => {
  box.launch();
  writeFileSync(box.path("three"), "three\n");
  const options = { extraFiles: [box.path("three")] };
  assert.equal(box.ok(["exec", "--preserve-fds", "1", box.id, "sh", "-c", "cat <&3"], options), "three\n");
});

rule("no descriptor of the runtime reaches the process", "CVE-2016-9962, CVE-2024-21626", (box) => {
  box.launch();
  const { stdout } = box.exec("cd /proc/self/fd; echo *");
  assert.deepEqual(
    stdout
      .trim()
      .split(" ")
      .filter((descriptor) => Number(descriptor) > 3),
    [],
  );
});

rule("a --cwd that leads to a descriptor of the runtime does not leave the root", "CVE-2024-21626", (box) => {
  box.launch();
  for (let descriptor = 3; descriptor < 12; descriptor += 1) {
    const { stdout } = box.exec("ls -d ../../../../../etc/machine-id 2>/dev/null; echo end", [
      "--cwd",
      `/proc/self/fd/${descriptor}`,
    ]);
    assert.ok(["end\n", ""].includes(stdout), `descriptor ${descriptor} led outside: ${stdout}`);
  }
});

rule("the process in a created container runs before the program does", source, (box) => {
  box.create(idle);
  assert.equal(box.exec("echo early").stdout, "early\n");
  assert.equal(box.state().status, "created");
});

rule(
  "a process that exec started ends with the container",
  "man 7 pid_namespaces: when process 1 ends, so do all",
  async (box) => {
    box.launch();
    box.ok(["exec", "--detach", "--pid-file", box.path("pid"), box.id, "sleep", "1000"]);
    const pid = readFileSync(box.path("pid"), "utf8");
    box.ok(["kill", box.id, "KILL"]);
    await box.untilStatus("stopped");
    await box.until("the end of the process", () => !isAlive(pid));
  },
);

const commandOf = (pid: number | string) => readFileSync(`/proc/${pid}/cmdline`, "utf8");

function isAlive(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
