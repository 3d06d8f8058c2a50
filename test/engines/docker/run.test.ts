/** `docker run`: what the program sees of what was asked for, and the exit codes that callers rely on. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { TERMINAL } from "../machine/terminal.ts";
import { assertEnded, cgroupFiles, PROFILE, type RunCase, shell } from "../run-case.ts";
import { whyNot } from "../why-not.ts";
import { type Docker, IMAGE, PROGRAMS, RUNTIMES, startDocker } from "./docker.ts";

interface Case extends RunCase {
  /** Given all capabilities; runc fails where the machine's root lacks one, and glassrun warns and leaves it out. */
  allCapabilities?: true;
}

const cases: Case[] = [
  { name: "passes output and exit code on", command: shell("echo out; exit 7"), code: 7, out: "out\n" },
  { name: "answers 125 for its own mistakes", flags: ["--nonsense"], command: ["true"], code: 125, out: /nonsense/ },
  {
    name: "answers 126 for a program that may not run",
    command: ["/etc/passwd"],
    code: 126,
    out: /exec: "\/etc\/passwd": permission denied/,
  },
  {
    name: "answers 127 for a program that is not there",
    command: ["nosuch"],
    code: 127,
    out: /exec: "nosuch": executable file not found in \$PATH/,
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
    name: "keeps a root read-only but for what is mounted over it",
    flags: ["--read-only", "--tmpfs", "/t:size=1m"],
    command: shell("df /t | tail -1 | tr -s ' ' | cut -d' ' -f2; touch /t/a && touch /c"),
    code: 1,
    out: /^1024\n(?:.*\n)*.*\/c: Read-only file system/,
  },
  {
    name: "drops and adds capabilities",
    flags: ["--cap-drop", "ALL", "--cap-add", "CHOWN"],
    command: ["grep", "-E", "Cap(Eff|Bnd)", "/proc/self/status"],
    out: "CapEff:\t0000000000000001\nCapBnd:\t0000000000000001\n",
  },
  {
    name: "has a seccomp filter of docker's own by default",
    command: shell("grep Seccomp: /proc/self/status; unshare -U true 2>/dev/null || echo refused"),
    out: "Seccomp:\t2\nrefused\n",
  },
  {
    name: "uses a seccomp profile of one's own",
    flags: ["--security-opt", "seccomp=/etc/no-mkdir.json"],
    command: ["mkdir", "/x"],
    code: 1,
    out: /No space left on device/,
  },
  {
    name: "grants no new privileges",
    flags: ["--security-opt", "no-new-privileges"],
    command: ["grep", "NoNewPrivs:", "/proc/self/status"],
    out: "NoNewPrivs:\t1\n",
  },
  {
    name: "gives a privileged one the machine's devices and no filter",
    flags: ["--privileged"],
    command: shell("grep Seccomp: /proc/self/status; test -e /dev/loop-control -o -e /dev/kmsg && echo devices"),
    out: "Seccomp:\t0\ndevices\n",
    allCapabilities: true,
  },
  {
    name: "puts an init before the program",
    flags: ["--init"],
    command: shell("cat /proc/1/cmdline | tr '\\0' ' '; echo; exit 3"),
    code: 3,
    out: /^\/sbin\/docker-init -- sh -c /,
  },
  {
    name: "mounts volumes",
    flags: ["--volume", "/etc:/mnt:ro", "--volume", "named:/data"],
    command: shell("test -e /mnt/no-mkdir.json && touch /data/x && echo fine; touch /mnt/x"),
    code: 1,
    out: /^fine\n.*\/mnt\/x: Read-only file system/,
  },
  {
    name: "sets user, groups, directory, environment and host name",
    flags: ["--user", "5:6", "--group-add", "7", "--workdir", "/tmp", "--env", "A=b", "--hostname", "h"],
    command: shell("id; pwd; echo $A; hostname"),
    out: /^uid=5(\(5\))? gid=6(\(6\))? groups=6(\(6\))?,7\n\/tmp\nb\nh\n$/,
  },
  {
    name: "sets limits, kernel settings, scores and shared memory",
    flags: [
      ...["--ulimit", "nofile=100:200", "--sysctl", "net.ipv4.ip_default_ttl=99"],
      ...["--oom-score-adj", "500", "--shm-size", "1m"],
    ],
    command: shell(
      "ulimit -n; ulimit -Hn; cat /proc/sys/net/ipv4/ip_default_ttl /proc/self/oom_score_adj; " +
        "df /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2",
    ),
    out: "100\n200\n99\n500\n1024\n",
  },
  {
    name: "hands a device in",
    flags: ["--device", "/dev/zero:/dev/nil:r"],
    command: shell("head -c 3 /dev/nil | wc -c"),
    out: "3\n",
  },
  {
    name: "shares the machine's namespaces where it is asked to",
    flags: ["--pid", "host", "--uts", "host", "--ipc", "host"],
    command: shell("[ $$ != 1 ] && hostname"),
    out: "engines\n",
  },
  {
    name: "joins the default bridge",
    flags: ["--network", "bridge"],
    command: shell("ip -4 -o addr show eth0 | grep -o 'inet 172.17[0-9.]*'"),
    out: /^inet 172\.17\.0\.\d+\n$/,
  },
];

const missing = /^CapBnd:\s+0*1f+$/m.test(readFileSync("/proc/self/status", "utf8"))
  ? false
  : "a capability is missing here";

describe("docker run", { skip: whyNot(...PROGRAMS), concurrency: 2 }, () => {
  let docker: Docker;
  before(async () => {
    docker = await startDocker();
    docker.machine.write("/etc/no-mkdir.json", PROFILE);
  });
  after(() => docker?.machine.close());

  for (const runtime of RUNTIMES) {
    for (const { name, flags = [], command, code = 0, out, allCapabilities } of cases) {
      const skip = allCapabilities && runtime === "runc" && missing;
      test(`${name}, on ${runtime}`, skip ? { skip } : {}, async () => {
        const network = flags.includes("--network") ? [] : ["--network", "none"];
        const ended = await docker(["run", "--rm", "--runtime", runtime, ...network, ...flags, IMAGE, ...command]);
        assertEnded(ended, { code, out });
      });
    }

    test(`passes input on, on ${runtime}`, async () => {
      const args = ["run", "--rm", "--runtime", runtime, "--network", "none", "--interactive", IMAGE, "cat"];
      assert.deepEqual(await docker(args, { input: "typed\n" }), { code: 0, out: "typed\n", err: "" });
    });

    test(`gives a terminal of the size of the one it is on, on ${runtime}`, async () => {
      const script = `until [ "$(stty size 2>/dev/null)" = "${TERMINAL}" ]; do sleep 0.05; done; tty; exit 4`;
      const ended = await docker.onTerminal([
        ...["run", "--rm", "--runtime", runtime, "--network", "none", "--interactive", "--tty"],
        ...[IMAGE, "sh", "-c", script],
      ]);
      assert.deepEqual(ended, { code: 4, out: "/dev/pts/0\r\n", err: "" });
    });
  }
});
