/** The container's program: how it is found, its arguments, environment, directory, streams, descriptors and end. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MachineCannot } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Process"';

rule("cwd is the program's directory", `${source}, cwd`, (box) => {
  assert.equal(
    box.output("pwd", (configuration) => {
      configuration.process.cwd = "/var";
    }),
    "/var\n",
  );
});

rule("a cwd that does not exist is made", "runc, libcontainer/rootfs_linux.go: createDirs for cwd", (box) => {
  assert.equal(
    box.output("pwd", (configuration) => {
      configuration.process.cwd = "/var/made/here";
    }),
    "/var/made/here\n",
  );
  assert.ok(existsSync(join(box.rootfs, "var/made/here")));
});

rule("a relative cwd is refused", `${source}, cwd: "MUST be an absolute path"`, (box) => {
  box.rejects((configuration) => {
    configuration.process.cwd = "var";
  });
});

rule("a cwd that leads to a descriptor of the runtime does not leave the root", "CVE-2024-21626", (box) => {
  for (let descriptor = 3; descriptor < 12; descriptor += 1) {
    const { stdout } = box.run(
      "ls -d ../../../../../etc/machine-id ../../../../../boot 2>/dev/null; echo end",
      (configuration) => {
        configuration.process.cwd = `/proc/self/fd/${descriptor}`;
      },
    );
    assert.ok(["end\n", ""].includes(stdout), `descriptor ${descriptor} led outside: ${stdout}`);
  }
});

rule("env is the whole environment but for HOME", `${source}, env`, (box) => {
  const seen = box.output("env | grep -v -e ^HOME= -e ^PWD= -e ^SHLVL= | sort", (configuration) => {
    configuration.process.env = ["PATH=/bin", "EMPTY=", "SPACED=a b", "EQUALS=a=b"];
  });
  assert.equal(seen, "EMPTY=\nEQUALS=a=b\nPATH=/bin\nSPACED=a b\n");
});

rule("args reach the program letter by letter", `${source}, args: "execvp's argv"`, (box) => {
  const seen = box.output("", (configuration) => {
    configuration.process.args = [
      "/bin/sh",
      "-c",
      'for a in "$@"; do echo "[$a]"; done',
      "name",
      "",
      "a b",
      "*",
      "é",
      "-x",
    ];
  });
  assert.equal(seen, "[]\n[a b]\n[*]\n[é]\n[-x]\n");
});

rule("a program without a slash is looked for in PATH of env", `${source}, args: "execvp's file"`, (box) => {
  mkdirSync(join(box.rootfs, "opt"));
  symlinkSync("/bin/busybox", join(box.rootfs, "opt/hostname"));
  const seen = box.output("", (configuration) => {
    configuration.process.args = ["hostname"];
    configuration.process.env = ["PATH=/nowhere:/opt"];
  });
  assert.equal(seen, "runc\n");
});

rule("a program with a slash is relative to cwd", `${source}, args: "execvp's file"`, (box) => {
  const seen = box.output("", (configuration) => {
    configuration.process.args = ["./hostname"];
    configuration.process.cwd = "/bin";
  });
  assert.equal(seen, "runc\n");
});

rule("empty args are refused", `${source}, args: "at least one entry is REQUIRED"`, (box) => {
  box.rejects((configuration) => {
    configuration.process.args = [];
  });
});

const missing = [
  ["a program that is not in PATH", "nosuchprogram", /executable file not found|no such file or directory/i],
  ["a path that does not exist", "/bin/nosuchprogram", /no such file or directory/i],
  ["a file that cannot be executed", "/etc/passwd", /permission denied/i],
  ["a directory", "/bin", /permission denied|is a directory/i],
] as const;

for (const [what, program, text] of missing) {
  rule(
    `${what} is refused with the words that callers look for`,
    "podman and docker map this text to exit codes 126 and 127",
    (box) => {
      const stderr = box.rejects((configuration) => {
        configuration.process.args = [program];
      });
      assert.match(stderr, text);
    },
  );
}

for (const code of [0, 1, 7, 255]) {
  rule(`the program's exit code ${code} is run's`, "man 8 runc-run", (box) => {
    assert.equal(box.run(`exit ${code}`).code, code);
  });
}

rule(
  "a program ended by signal N makes run exit with 128 + N",
  "runc, utils_linux.go: exit status of a signal",
  (box) => {
    // As process 1 it could not kill itself with a signal it has no handler for, but a fault of its own always ends it.
    const { code } = box.run("sh -c 'kill -KILL $$'; exit $?");
    assert.equal(code, 128 + 9);
  },
);

rule(
  "standard input is the caller's, to its end",
  'runtime command line, create: "pass its stdin ... without modification"',
  (box) => {
    assert.equal(box.output("cat; echo end", undefined, { stdin: "one\ntwo\n" }), "one\ntwo\nend\n");
  },
);

rule("standard output and standard error stay apart", "runtime command line, create: standard streams", (box) => {
  const { stdout, stderr } = box.run("echo out; echo err >&2");
  assert.deepEqual({ stdout, stderr }, { stdout: "out\n", stderr: "err\n" });
});

rule("no descriptor of the runtime reaches the program", "CVE-2016-9962, CVE-2024-21626", (box) => {
  // The shell expands the pattern itself; descriptor 3 is the directory it is reading.
  assert.equal(
    box
      .output("cd /proc/self/fd; echo *")
      .trim()
      .split(" ")
      .filter((fd) => Number(fd) > 3)
      .join(" "),
    "",
  );
});

rule(
  "a descriptor of the caller does not reach the program by itself",
  "man 8 runc-run, --preserve-fds: default is 0",
  (box) => {
    writeFileSync(box.path("extra"), "extra\n");
    const { code } = box.run("cat <&3", undefined, { extraFiles: [box.path("extra")] });
    assert.notEqual(code, 0);
  },
);

rule("--preserve-fds N passes descriptors 3 to 3+N-1", "man 8 runc-run, --preserve-fds", (box) => {
  writeFileSync(box.path("three"), "three\n");
  writeFileSync(box.path("four"), "four\n");
  box.configure("cat <&3; cat <&4");
  const extraFiles = [box.path("three"), box.path("four")];
  assert.equal(box.ok(["run", "--preserve-fds", "2", box.id], { extraFiles }), "three\nfour\n");
});

rule("LISTEN_FDS passes that many descriptors and tells the program", "man 3 sd_listen_fds; man 8 runc-run", (box) => {
  writeFileSync(box.path("socket"), "socket\n");
  // sd_listen_fds believes the variables only when LISTEN_PID is its own pid, and exec keeps the shell's.
  const wrapper = ["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh"];
  const options = { extraFiles: [box.path("socket")], env: { LISTEN_FDS: "1" }, wrapper };
  assert.equal(box.output('cat <&3; echo "$LISTEN_FDS $LISTEN_PID"', undefined, options), "socket\n1 1\n");
});

rule("a script with an interpreter of the container runs", "man 2 execve, interpreter scripts", (box) => {
  writeFileSync(join(box.rootfs, "bin/hello"), "#!/bin/sh\necho hello from a script\n");
  chmodSync(join(box.rootfs, "bin/hello"), 0o755);
  assert.equal(
    box.output("", (configuration) => {
      configuration.process.args = ["hello"];
    }),
    "hello from a script\n",
  );
});

rule("personality LINUX32 shows a 32-bit machine", 'config-linux.md "Personality"', (box) => {
  const seen = box.output("uname -m", (configuration) => {
    configuration.linux.personality = { domain: "LINUX32" };
  });
  assert.match(seen, /^i[3-6]86\n$/);
});

rule("a personality flag is refused", 'config-linux.md "Personality": "no flag values are supported now"', (box) => {
  box.rejects((configuration) => {
    configuration.linux.personality = { domain: "LINUX", flags: ["ADDR_NO_RANDOMIZE"] };
  });
});

for (const [field, place] of [
  ["apparmorProfile", "process"],
  ["selinuxLabel", "process"],
  ["mountLabel", "linux"],
] as const) {
  rule(`${field} on a kernel without that module is refused`, `config.md, config-linux.md: ${field}`, (box) => {
    const there = field === "apparmorProfile" ? "/sys/kernel/security/apparmor" : "/sys/fs/selinux/enforce";
    if (existsSync(there)) throw new MachineCannot("the kernel has it");
    box.rejects((configuration) => {
      configuration[place][field] = "system_u:object_r:container_file_t:s0:c1,c2";
    });
  });
}

rule(
  "intelRdt on a machine without resctrl is refused",
  'config-linux.md "IntelRdt": "MUST generate an error"',
  (box) => {
    if (existsSync("/sys/fs/resctrl/schemata")) throw new MachineCannot("the machine has resctrl");
    box.rejects((configuration) => {
      configuration.linux.intelRdt = { closID: "web", l3CacheSchema: "L3:0=f" };
    });
  },
);
