/**
 * `run`, as every engine has it: what each of them has to do alike, and how a case of any is tried. Cases that only one
 * engine knows, or answers in words of its own, stand in its own `run.test.ts`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readCgroupLayout } from "@glassbox/runtime/kernel";
import type { Ended } from "./machine/ended.ts";
import type { RunOptions } from "./machine/machine.ts";
import { TERMINAL } from "./machine/terminal.ts";

export interface RunCase {
  name: string;
  flags?: string[];
  command: string[];
  /** @default 0 */
  code?: number;
  /** What it says on its output, whole, or on both as far as the pattern goes. */
  out: string | RegExp;
  /** Why it cannot be tried here. */
  skip?: string;
}

/** An engine's command and how its containers are started with it. */
export interface RunningEngine {
  /** Asked for when the tests run: the engine is started before the first of them. */
  engine(): {
    (args: readonly string[], options?: RunOptions): Promise<Ended>;
    onTerminal(args: readonly string[]): Promise<Ended>;
  };
  /** The words before a container's own flags: `run --rm` and the runtime's name. */
  run: readonly string[];
  image: string;
  /** Behind each test's name. */
  on: string;
}

export const shell = (script: string) => ["sh", "-c", script];

/** A seccomp profile under which making a directory finds no space, and where the engine's machine has to have it. */
export const PROFILE = {
  path: "/etc/no-mkdir.json",
  text: JSON.stringify({
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28 }],
  }),
};

/** Where 64 MiB, half a processor and 50 processes are to be read, and as what. */
const cgroupFiles =
  readCgroupLayout().mode === "v2"
    ? { files: "memory.max cpu.max pids.max", text: "67108864\n50000 100000\n50\n" }
    : {
        files: "memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max",
        text: "67108864\n50000\n50\n",
      };

/** What any engine does alike. */
export const RUNS: readonly RunCase[] = [
  { name: "passes output and exit code on", command: shell("echo out; exit 7"), code: 7, out: "out\n" },
  { name: "answers 125 for its own mistakes", flags: ["--nonsense"], command: ["true"], code: 125, out: /nonsense/ },
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
    name: "drops and adds capabilities",
    flags: ["--cap-drop", "ALL", "--cap-add", "CHOWN"],
    command: ["grep", "-E", "Cap(Eff|Bnd)", "/proc/self/status"],
    out: "CapEff:\t0000000000000001\nCapBnd:\t0000000000000001\n",
  },
  {
    name: "uses a seccomp profile of one's own",
    flags: ["--security-opt", `seccomp=${PROFILE.path}`],
    command: ["mkdir", "/x"],
    code: 1,
    out: /No space left on device/,
  },
  {
    name: "grants no new privileges",
    flags: ["--security-opt", "no-new-privileges"],
    command: ["grep", "-E", "NoNewPrivs:|Seccomp:", "/proc/self/status"],
    out: "NoNewPrivs:\t1\nSeccomp:\t2\n",
  },
  {
    name: "sets user, groups, directory, environment and host name",
    flags: ["--user", "5:6", "--group-add", "7", "--workdir", "/tmp", "--env", "A=b", "--hostname", "h"],
    command: shell("id; pwd; echo $A; hostname"),
    out: /^uid=5(\(5\))? gid=6(\(6\))? groups=6(\(6\))?,7\n\/tmp\nb\nh\n$/,
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
];

/** Each case as a test; without a network, which takes its time, where a case does not ask for one. */
export function testRuns(cases: readonly RunCase[], { engine, run, image, on }: RunningEngine): void {
  for (const { name, flags = [], command, code = 0, out, skip = false } of cases) {
    test(`${name}${on}`, { skip }, async () => {
      const network = flags.includes("--network") ? [] : ["--network", "none"];
      assertEnded(await engine()([...run, ...network, ...flags, image, ...command]), { code, out });
    });
  }
}

/** What takes more than flags: somebody at the other end. */
export function testTypedInput({ engine, run, image, on }: RunningEngine): void {
  const interactive = [...run, "--network", "none", "--interactive"];

  test(`passes input on${on}`, async () => {
    const ended = await engine()([...interactive, image, "cat"], { input: "typed\n" });
    assert.deepEqual(ended, { code: 0, out: "typed\n", err: "" });
  });

  test(`gives a terminal of the size of the one it is on${on}`, async () => {
    const script = `until [ "$(stty size 2>/dev/null)" = "${TERMINAL}" ]; do sleep 0.05; done; tty; exit 4`;
    const ended = await engine().onTerminal([...interactive, "--tty", image, ...shell(script)]);
    assert.deepEqual(ended, { code: 4, out: "/dev/pts/0\r\n", err: "" });
  });
}

/** With its output given whole, it has to be silent on the other stream. */
function assertEnded(ended: Ended, { code, out }: Required<Pick<RunCase, "code" | "out">>): void {
  if (typeof out === "string") assert.deepEqual(ended, { code, out, err: "" });
  else {
    assert.match(ended.out + ended.err, out);
    assert.equal(ended.code, code);
  }
}
