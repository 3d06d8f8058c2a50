/**
 * Whole plans, as text, beside this file in `golden/`: what a change to the planner changes can be read in the diff.
 * `UPDATE_GOLDEN=1 node --import tsx --test ...` writes them anew.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { parsePlan, printPlan } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";
import { defaultConfig } from "../spec/default-config.ts";
import { validateConfig } from "../spec/validate.ts";
import { type ContainerPlan, planContainer } from "./container.ts";
import { planProcess } from "./exec.ts";
import { divided, unified } from "./golden-machines.ts";
import type { MachineFacts, PlanRequest } from "./planning.ts";
import { seccompProgram } from "./seccomp-program.ts";

function plan(config: Config, facts: MachineFacts, more: Partial<PlanRequest> = {}): ContainerPlan {
  const checked = validateConfig(JSON.parse(JSON.stringify(config)), "config.json");
  const profile = checked.linux?.seccomp;
  return planContainer({
    ...(profile ? { seccompProgram: seccompProgram(profile, facts.architecture) } : {}),
    id: "web",
    config: checked,
    bundle: "/srv/web",
    facts,
    mode: "run",
    startFifo: "/run/glassrun/web/exec.fifo",
    ...more,
  });
}

function golden(name: string, planned: ContainerPlan): void {
  const file = new URL(`golden/${name}.golden`, import.meta.url);
  const warnings = planned.warnings.map((warning) => `# warning: ${warning}\n`).join("");
  const text = `${warnings}${printPlan(planned.plan)}`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, "utf8"));
  assert.deepEqual(parsePlan(printPlan(planned.plan)), planned.plan, "the text reads back as the same plan");
}

const base = defaultConfig();
const plain: Config = { ...base, process: { ...base.process, cwd: "/", terminal: false } };

test("planContainer: the default configuration in the foreground on cgroup v2", () => {
  golden("default-v2-run", plan(plain, unified));
});

test("planContainer: the default configuration in the foreground on cgroup v1, taken away by the plan itself", () => {
  golden("default-v1-run-tidied", plan(plain, divided, { tidies: "/run/glassrun/web" }));
});

test("planContainer: the default configuration created with a terminal on cgroup v1", () => {
  golden("default-v1-create-terminal", plan(base, divided, { mode: "create", consoleSocket: "/run/tty.sock" }));
});

test("planContainer: the default configuration in the foreground with a terminal, which the runtime relays", () => {
  golden("default-v2-run-terminal", plan(base, unified));
});

test("planContainer: limits, binds, sysctl, seccomp, another user, and what this root may not give", () => {
  const config: Config = {
    ...plain,
    domainname: "example.org",
    process: {
      ...plain.process,
      cwd: "/srv/app",
      user: { uid: 1000, gid: 1000, additionalGids: [10, 20], umask: 0o077 },
      oomScoreAdj: -500,
      noNewPrivileges: false,
      rlimits: [{ type: "RLIMIT_NOFILE", soft: 1024, hard: 1048576 }],
      capabilities: { bounding: ["CAP_SYS_RESOURCE", "CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"] },
    },
    mounts: [
      ...(plain.mounts ?? []),
      { destination: "/tmp", type: "tmpfs", options: ["nosuid", "ro", "tmpcopyup"] },
      { destination: "/etc/hosts", type: "bind", source: "/etc/hosts", options: ["rbind", "ro", "rprivate"] },
      { destination: "/data", type: "bind", source: "/tmp", options: ["bind"] },
    ],
    linux: {
      ...plain.linux,
      resources: { memory: { limit: 67108864 }, pids: { limit: 32 } },
      sysctl: { "net.ipv4.ip_forward": "1" },
      seccomp: { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO" }] },
    },
  };
  golden("everything-v1", plan(config, divided, { mode: "detach" }));
});

test("planContainer: a filter that has an agent answer calls", () => {
  const config: Config = {
    ...plain,
    annotations: { note: 'a {brace} and a "quote"' },
    linux: {
      ...plain.linux,
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        listenerPath: "/run/agent.sock",
        listenerMetadata: "for the agent",
        syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_NOTIFY" }],
      },
    },
  };
  golden("seccomp-agent-v2-create", plan(config, unified, { mode: "create" }));
});

test("planContainer: a user namespace, namespaces joined by path, and hooks", () => {
  const { hostname: _hostname, ...unnamed } = plain;
  const config: Config = {
    ...unnamed,
    hooks: { createRuntime: [{ path: "/usr/bin/setup" }] },
    mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
    linux: {
      rootfsPropagation: "rshared",
      uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
      gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
      timeOffsets: { monotonic: { secs: 86400 } },
      namespaces: [
        { type: "user" },
        { type: "mount" },
        { type: "cgroup" },
        { type: "time" },
        { type: "pid", path: "/proc/4321/ns/pid" },
        { type: "network", path: "/run/netns/blue" },
      ],
    },
  };
  golden(
    "user-namespace-joins-hooks",
    plan(config, unified, { mode: "create", hooksFifo: "/run/glassrun/web/hooks.fifo" }),
  );
});

test("planContainer: a cgroup mount where the host's /sys has brought v2's tree already", () => {
  const sources = (bind: string) => {
    const sys = { destination: "/sys", type: "none", source: "/sys", options: [bind, "ro"] };
    const config = { ...plain, mounts: [sys, { destination: "/sys/fs/cgroup", type: "cgroup", options: ["ro"] }] };
    const { programs } = plan(config, unified).plan;
    const mounts = programs.flatMap(({ ops }) => ops).filter(({ from }) => from === "/mounts/1");
    return mounts.flatMap(({ call, args }) => (call === "mount" ? [args[0]] : []));
  };
  assert.deepEqual(sources("bind"), [{ kind: "string", value: "cgroup" }]);
  assert.deepEqual(sources("rbind"), [{ kind: "string", value: "/sys/fs/cgroup/web" }]);
});

test("planContainer: what only the host's root can reach is copied by the runtime for a user namespace", () => {
  const data = { destination: "/tmp", type: "bind", source: "/root/data", options: ["bind"] };
  const namespaces = [...(plain.linux?.namespaces ?? []), { type: "user" as const }];
  const uidMappings = [{ containerID: 0, hostID: 100000, size: 1000 }];
  const copies = (mode: number, linux: Config["linux"]) => {
    const facts: MachineFacts = { ...unified, lookOnHost: () => ({ kind: "directory", mode }) };
    const { programs } = plan({ ...plain, mounts: [data], ...(linux ? { linux } : {}) }, facts).plan;
    return programs.flatMap(({ name, ops }) =>
      ops.flatMap(({ call, from }) => (call === "open_tree" && from === "/mounts/0/source" ? [name] : [])),
    );
  };
  const mapped = { namespaces, uidMappings, gidMappings: uidMappings };
  assert.deepEqual([copies(0o700, mapped), copies(0o755, mapped), copies(0o700, plain.linux)], [["runtime"], [], []]);
});

test("planProcess: one more process in a running container", () => {
  golden(
    "exec-v1",
    planProcess({
      id: "web",
      config: plain,
      bundle: "/srv/web",
      facts: divided,
      mode: "run",
      initPid: 4321,
      joins: ["CLONE_NEWNS", "CLONE_NEWPID"],
      cgroupDirectories: ["/sys/fs/cgroup/memory/web", "/sys/fs/cgroup/pids/web"],
    }),
  );
});

test("planContainer names the field of what cannot be done", () => {
  const linux = plain.linux ?? {};
  const cases: Array<{ config: Config; problem: RegExp }> = [
    {
      config: { ...plain, process: { cwd: "/", args: ["nothing"], env: ["PATH=/bin"] } },
      problem: /"nothing": executable file not found in \$PATH/,
    },
    {
      config: { ...plain, process: { cwd: "/", args: ["/bin/nothing"] } },
      problem: /stat \/bin\/nothing: no such file or directory/,
    },
    { config: { ...plain, process: { cwd: "/", args: ["/etc"] } }, problem: /"\/etc": permission denied/ },
    {
      config: { ...plain, mounts: [{ destination: "/x", type: "bind", source: "/nowhere" }] },
      problem: /Cannot mount "\/nowhere" on "\/x": no such file/,
    },
    {
      config: { ...plain, linux: { ...linux, resources: { hugepageLimits: [{ pageSize: "2MB", limit: 1 }] } } },
      problem: /cannot set hugetlb limit: container could not join or create cgroup/,
    },
    {
      config: { ...plain, process: { cwd: "/", args: ["/bin/sh"], apparmorProfile: "strict" } },
      problem: /apparmor is not enabled/,
    },
    {
      config: { ...plain, process: { cwd: "/", args: ["/bin/sh"], rlimits: [{ type: "RLIMIT_X", soft: 1, hard: 1 }] } },
      problem: /rlimits\/0\/type is no limit/,
    },
  ];
  for (const { config, problem } of cases) assert.throws(() => plan(config, divided), problem);
});
