/** `podman run`: what the program sees of what was asked for, and the exit codes that callers rely on. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TERMINAL } from "../machine/terminal.ts";
import { assertEnded, cgroupFiles, PROFILE, type RunCase, shell } from "../run-case.ts";
import { whyNot } from "../why-not.ts";
import { IMAGE, type Podman, RUNTIMES, startPodman } from "./podman.ts";

const skip = whyNot("podman", "conmon", "runc", "/usr/lib/podman/netavark", "catatonit");

const cases: RunCase[] = [
  { name: "passes output and exit code on", command: shell("echo out; exit 7"), code: 7, out: "out\n" },
  { name: "answers 125 for its own mistakes", flags: ["--nonsense"], command: ["true"], code: 125, out: /nonsense/ },
  {
    name: "answers 126 for a program that may not run",
    command: ["/etc"],
    code: 126,
    out: /exec: "\/etc": permission denied: OCI permission denied/,
  },
  {
    name: "answers 127 for a program that is not there",
    command: ["nosuch"],
    code: 127,
    out: /executable file not found in \$PATH: OCI runtime attempted to invoke a command that was not found/,
  },
  {
    name: "answers 137 when memory runs out",
    flags: ["--memory", "16m"],
    command: ["tail", "/dev/zero"],
    code: 137,
    out: "",
  },
  {
    name: "limits memory, processor time and processes",
    flags: ["--memory", "64m", "--cpus", "0.5", "--pids-limit", "50"],
    command: shell(`cd /sys/fs/cgroup; cat ${cgroupFiles.files}`),
    out: cgroupFiles.text,
  },
  {
    name: "keeps a root read-only but for what must be written to",
    flags: ["--read-only"],
    command: shell("touch /tmp/a /run/b && echo fine; touch /c"),
    code: 1,
    out: /^fine\n(?:.*\n)*.*\/c: Read-only file system/,
  },
  {
    name: "drops and adds capabilities",
    flags: ["--cap-drop", "all", "--cap-add", "chown"],
    command: ["grep", "-E", "Cap(Eff|Bnd)", "/proc/self/status"],
    out: "CapEff:\t0000000000000001\nCapBnd:\t0000000000000001\n",
  },
  {
    name: "uses a seccomp profile of one's own",
    flags: ["--security-opt", "seccomp=/etc/no-mkdir.json"],
    command: ["mkdir", "/x"],
    code: 1,
    out: /No space left on device/,
  },
  {
    name: "filters system calls and grants no new privileges",
    flags: ["--security-opt", "no-new-privileges"],
    command: ["grep", "-E", "NoNewPrivs:|Seccomp:", "/proc/self/status"],
    out: "NoNewPrivs:\t1\nSeccomp:\t2\n",
  },
  {
    name: "takes ids for a user namespace from /etc/subuid",
    flags: ["--userns", "auto:size=5000"],
    command: ["cat", "/proc/self/uid_map"],
    out: "         0     400000       5000\n",
  },
  {
    name: "maps ids as it is told",
    flags: ["--uidmap", "0:500000:1000"],
    command: shell("cat /proc/self/uid_map; id -u; ls -ln /bin/sh /dev/null | cut -c1-40 | tr -s ' ' | cut -d' ' -f3"),
    out: "         0     500000       1000\n0\n0\n65534\n",
  },
  {
    name: "puts an init before the program",
    flags: ["--init"],
    command: shell("cat /proc/1/cmdline | tr '\\0' ' '"),
    out: "/run/podman-init -- sh -c cat /proc/1/cmdline | tr '\\0' ' ' ",
  },
  {
    name: "mounts volumes and file systems in memory",
    flags: ["--volume", "/etc:/mnt:ro", "--volume", "named:/data", "--tmpfs", "/t:size=1m"],
    command: shell(
      "cat /mnt/no-mkdir.json; echo; touch /data/x; df /t | tail -1 | tr -s ' ' | cut -d' ' -f2; touch /mnt/x",
    ),
    code: 1,
    out: /^\{.*\}\n1024\n(?:.*\n)*.*\/mnt\/x: Read-only file system/,
  },
  {
    name: "begins a file system in memory with what the image has there",
    flags: ["--tmpfs", "/etc"],
    command: shell("head -n 1 /etc/passwd; grep -c ' /etc tmpfs ' /proc/mounts"),
    out: /^root:.*\n1\n$/,
  },
  {
    name: "sets user, directory, environment and host name",
    flags: ["--user", "5:6", "--group-add", "7", "--workdir", "/tmp", "--env", "A=b", "--hostname", "h"],
    command: shell("id; pwd; echo $A; hostname"),
    out: /^uid=5\(5\) gid=6\(6\) groups=6\(6\),7\n\/tmp\nb\nh\n$/,
  },
  {
    name: "sets kernel settings, scores and shared memory",
    flags: ["--sysctl", "kernel.msgmax=9000", "--oom-score-adj", "500", "--shm-size", "1m"],
    command: shell(
      "cat /proc/sys/kernel/msgmax /proc/self/oom_score_adj; df /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2",
    ),
    out: "9000\n500\n1024\n",
  },
  {
    name: "hands a device in",
    flags: ["--device", "/dev/zero:/dev/nil:r"],
    command: shell("head -c 3 /dev/nil | wc -c"),
    out: "3\n",
  },
  {
    name: "shares the machine's namespaces where it is asked to",
    flags: ["--pid", "host", "--uts", "host"],
    command: shell("[ $$ != 1 ] && hostname"),
    out: "engines\n",
  },
  {
    name: "stops at a time-out",
    flags: ["--timeout", "1"],
    command: ["sleep", "1000"],
    code: 255,
    out: "",
  },
  {
    name: "joins its own network by default",
    flags: ["--network", "podman"],
    command: shell("ip -4 -o addr show eth0 | grep -o 'inet 10.88[0-9.]*'"),
    out: /^inet 10\.88\.\d+\.\d+\n$/,
  },
];

for (const runtime of RUNTIMES) {
  describe(`podman run on ${runtime}`, { skip, concurrency: 2 }, () => {
    let podman: Podman;
    before(async () => {
      podman = await startPodman();
      podman.machine.write("/etc/no-mkdir.json", PROFILE);
      for (const file of ["/etc/subuid", "/etc/subgid"]) podman.machine.write(file, "containers:400000:65536\n");
    });
    after(() => podman?.machine.close());

    for (const { name, flags = [], command, code = 0, out } of cases) {
      test(name, async () => {
        const network = flags.includes("--network") ? [] : ["--network", "none"];
        const ended = await podman(["--runtime", runtime, "run", "--rm", ...network, ...flags, IMAGE, ...command]);
        assertEnded(ended, { code, out });
      });
    }

    test("passes input on", async () => {
      const args = ["--runtime", runtime, "run", "--rm", "--network", "none", "--interactive", IMAGE, "cat"];
      assert.deepEqual(await podman(args, { input: "typed\n" }), { code: 0, out: "typed\n", err: "" });
    });

    test("gives a terminal of the size of the one it is on", async () => {
      const script = `until [ "$(stty size)" = "${TERMINAL}" ]; do sleep 0.05; done; tty; exit 4`;
      const ended = await podman.onTerminal([
        ...["--runtime", runtime, "run", "--rm", "--network", "none", "--interactive", "--tty"],
        ...[IMAGE, "sh", "-c", script],
      ]);
      assert.deepEqual(ended, { code: 4, out: "/dev/pts/0\r\n", err: "" });
    });
  });
}
