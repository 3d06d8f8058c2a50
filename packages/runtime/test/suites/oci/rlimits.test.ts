/** `process.rlimits`: one soft and one hard limit per resource (man 2 getrlimit). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Change } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "POSIX process", rlimits';

/** Type and its line in /proc/PID/limits. Values below what any machine allows, so that no privilege is needed. */
const limits = [
  ["RLIMIT_CORE", "Max core file size", 0, 0],
  ["RLIMIT_CPU", "Max cpu time", 1000, 2000],
  ["RLIMIT_DATA", "Max data size", 1 << 28, 1 << 29],
  ["RLIMIT_FSIZE", "Max file size", 1 << 20, 1 << 21],
  ["RLIMIT_LOCKS", "Max file locks", 50, 60],
  ["RLIMIT_MEMLOCK", "Max locked memory", 4096, 8192],
  ["RLIMIT_MSGQUEUE", "Max msgqueue size", 1000, 2000],
  ["RLIMIT_NICE", "Max nice priority", 0, 0],
  ["RLIMIT_NOFILE", "Max open files", 200, 300],
  ["RLIMIT_NPROC", "Max processes", 500, 600],
  ["RLIMIT_RSS", "Max resident set", 1 << 28, 1 << 29],
  ["RLIMIT_RTPRIO", "Max realtime priority", 0, 0],
  ["RLIMIT_SIGPENDING", "Max pending signals", 100, 200],
  ["RLIMIT_STACK", "Max stack size", 1 << 20, 1 << 21],
] as const;

for (const [type, label, soft, hard] of limits) {
  rule(
    `${type} has the soft and the hard limit asked for`,
    `${source}: "rlim.rlim_cur MUST match the configured value"`,
    (box) => {
      const seen = box.output(`grep '^${label}' /proc/self/limits`, (configuration) => {
        configuration.process.rlimits = [{ type, soft, hard }];
      });
      assert.deepEqual(seen.replace(label, "").trim().split(/\s+/).slice(0, 2), [`${soft}`, `${hard}`]);
    },
  );
}

rule("so few open files that a runtime hardly has enough itself are no obstacle", source, (box) => {
  const change: Change = (configuration) => {
    configuration.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 16, hard: 16 }];
    // crun holds each of v1's trees open, and has more of them than that.
    configuration.mounts = configuration.mounts.filter(({ type }) => type !== "cgroup");
  };
  assert.equal(box.output("ulimit -n", change), "16\n");
});

rule("a resource that is not listed keeps the caller's limit", source, (box) => {
  const line = (text: string) => text.split("\n").find((candidate) => candidate.startsWith("Max pending signals"));
  assert.equal(line(box.output("cat /proc/self/limits")), line(readFileSync("/proc/self/limits", "utf8")));
});

rule("the limit bites", "man 2 getrlimit, RLIMIT_FSIZE", (box) => {
  // Not as process 1, which signals without a handler do not reach.
  const { code } = box.run("dd if=/dev/zero of=/dev/shm/x bs=4096 count=8; exit $?", (configuration) => {
    configuration.process.rlimits = [{ type: "RLIMIT_FSIZE", soft: 8192, hard: 8192 }];
  });
  assert.equal(code, 128 + 25, "SIGXFSZ");
});

const refused = [
  [
    "the same type twice",
    [
      { type: "RLIMIT_CPU", soft: 10, hard: 10 },
      { type: "RLIMIT_CPU", soft: 20, hard: 20 },
    ],
  ],
  ["an unknown type", [{ type: "RLIMIT_JOY", soft: 1, hard: 1 }]],
  ["a soft limit above the hard one", [{ type: "RLIMIT_CPU", soft: 20, hard: 10 }]],
] as const;

for (const [what, rlimits] of refused) {
  rule(`${what} is refused`, `${source}: "the runtime MUST generate an error"`, (box) => {
    box.rejects((configuration) => {
      configuration.process.rlimits = [...rlimits];
    });
  });
}

rule(
  "without rlimits the program has its caller's soft limit of open files",
  "man 2 getrlimit: inherited by children",
  (box) => {
    const lower = ["sh", "-c", 'ulimit -Sn 512; exec "$@"', "sh"];
    const change: Change = (configuration) => {
      delete configuration.process.rlimits;
      configuration.hooks = { createRuntime: [{ path: "/bin/true" }] };
    };
    assert.equal(box.run("ulimit -Sn", change, { wrapper: lower }).stdout, "512\n");
  },
);

rule(
  "exec without rlimits has its caller's soft limit of open files",
  "man 2 getrlimit: inherited by children",
  (box) => {
    box.launch(undefined, (configuration) => {
      delete configuration.process.rlimits;
    });
    const wrapper = ["sh", "-c", 'ulimit -Sn 512; exec "$@"', "sh"];
    assert.equal(box.call(["exec", box.id, "/bin/sh", "-c", "ulimit -Sn"], { wrapper }).stdout, "512\n");
  },
);
