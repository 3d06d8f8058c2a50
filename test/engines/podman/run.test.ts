/** `podman run`: what the program sees of what was asked for, and the exit codes that callers rely on. */
import { after, before, describe } from "node:test";
import { PROFILE, RUNS, type RunCase, shell, testRuns, testTypedInput } from "../runs.ts";
import { whyNot } from "../why-not.ts";
import { IMAGE, type Podman, RUNTIMES, startPodman } from "./podman.ts";

const skip = whyNot("podman", "conmon", "runc", "/usr/lib/podman/netavark", "catatonit");

/** A directory that nobody but root may go through. */
const CLOSED = "/etc/closed";

const cases: RunCase[] = [
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
    name: "keeps a root read-only but for what must be written to",
    flags: ["--read-only"],
    command: shell("touch /tmp/a /run/b && echo fine; touch /c"),
    code: 1,
    out: /^fine\n(?:.*\n)*.*\/c: Read-only file system/,
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
    name: "shows in a user namespace what only the host's root can reach",
    flags: ["--uidmap", "0:500000:1000", "--volume", `${CLOSED}/open:/mnt:ro`],
    command: shell("cat /mnt/file; touch /mnt/x"),
    code: 1,
    out: /^reached\n.*\/mnt\/x: Read-only file system/,
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
    name: "sets kernel settings, scores and shared memory",
    flags: ["--sysctl", "kernel.msgmax=9000", "--oom-score-adj", "500", "--shm-size", "1m"],
    command: shell(
      "cat /proc/sys/kernel/msgmax /proc/self/oom_score_adj; df /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2",
    ),
    out: "9000\n500\n1024\n",
  },
  {
    // It is counted from before the program is started, which has to be before its end on a busy machine as well.
    name: "stops at a time-out",
    flags: ["--timeout", "5"],
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
      podman.machine.write(PROFILE.path, PROFILE.text);
      podman.machine.write(`${CLOSED}/open/file`, "reached\n");
      await podman.machine.run(["chmod", "700", CLOSED]);
      for (const file of ["/etc/subuid", "/etc/subgid"]) podman.machine.write(file, "containers:400000:65536\n");
    });
    after(() => podman?.machine.close());

    const running = {
      engine: () => podman,
      run: ["--runtime", runtime, "run", "--rm"],
      image: IMAGE,
      on: "",
    };
    testRuns([...RUNS, ...cases], running);
    testTypedInput(running);
  });
}
