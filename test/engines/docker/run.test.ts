/** `docker run`: what the program sees of what was asked for, and the exit codes that callers rely on. */
import { readFileSync } from "node:fs";
import { after, before, describe } from "node:test";
import { PROFILE, RUNS, type RunCase, shell, testRuns, testTypedInput } from "../runs.ts";
import { whyNot } from "../why-not.ts";
import { type Docker, IMAGE, PROGRAMS, RUNTIMES, startDocker } from "./docker.ts";

/** Given all capabilities: runc fails where the machine's root lacks one, and glassrun warns and leaves it out. */
const privileged: RunCase = {
  name: "gives a privileged one the machine's devices and no filter",
  flags: ["--privileged"],
  command: shell("grep Seccomp: /proc/self/status; test -e /dev/loop-control -o -e /dev/kmsg && echo devices"),
  out: "Seccomp:\t0\ndevices\n",
};

const cases: RunCase[] = [
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
    name: "keeps a root read-only but for what is mounted over it",
    flags: ["--read-only", "--tmpfs", "/t:size=1m"],
    command: shell("df /t | tail -1 | tr -s ' ' | cut -d' ' -f2; touch /t/a && touch /c"),
    code: 1,
    out: /^1024\n(?:.*\n)*.*\/c: Read-only file system/,
  },
  {
    name: "has a seccomp filter of docker's own by default",
    command: shell("grep Seccomp: /proc/self/status; unshare -U true 2>/dev/null || echo refused"),
    out: "Seccomp:\t2\nrefused\n",
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
    name: "joins the default bridge",
    flags: ["--network", "bridge"],
    command: shell("ip -4 -o addr show eth0 | grep -o 'inet 172.17[0-9.]*'"),
    out: /^inet 172\.17\.0\.\d+\n$/,
  },
];

const lacksCapabilities = !/^CapBnd:\s+0*1f+$/m.test(readFileSync("/proc/self/status", "utf8"));

describe("docker run", { skip: whyNot(...PROGRAMS), concurrency: 2 }, () => {
  let docker: Docker;
  before(async () => {
    docker = await startDocker();
    docker.machine.write(PROFILE.path, PROFILE.text);
  });
  after(() => docker?.machine.close());

  for (const runtime of RUNTIMES) {
    const running = {
      engine: () => docker,
      run: ["run", "--rm", "--runtime", runtime],
      image: IMAGE,
      on: `, on ${runtime}`,
    };
    const skip = runtime === "runc" && lacksCapabilities ? { skip: "a capability is missing here" } : {};
    testRuns([...RUNS, ...cases, { ...privileged, ...skip }], running);
    testTypedInput(running);
  }
});
