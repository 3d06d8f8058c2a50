/** SCMP_ACT_NOTIFY: a call that waits for an agent's answer, and what the agent is told. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { SYSCALL_NUMBERS } from "../../../src/1-kernel/mod.ts";
import type { Box } from "./rig/box.ts";
import type { Change, Configuration, Seccomp } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";
import { type SeccompAgent, startAgent } from "./rig/seccomp-agent.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "Seccomp"';
const calls = [SYSCALL_NUMBERS.x86_64.mkdir, SYSCALL_NUMBERS.x86_64.mkdirat].map((number) => `call ${number}`);
const EACCES = 13;
const ENOSPC = 28;

type More = Partial<Seccomp> & { change?: (configuration: Configuration) => unknown };

/** Making a directory is the agent's business. */
const asking =
  (listenerPath: string, { change, ...more }: More = {}): Change =>
  (configuration) => {
    configuration.root.readonly = false;
    configuration.linux.seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86_64"],
      listenerPath,
      syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY" }],
      ...more,
    };
    change?.(configuration);
  };

async function withAgent(box: Box, errno: number, use: (agent: SeccompAgent) => void | Promise<void>): Promise<void> {
  const agent = await startAgent(box, errno);
  try {
    await use(agent);
  } finally {
    agent.stop();
  }
}

for (const noNewPrivileges of [true, false]) {
  rule(
    `the agent's answer is the call's, with noNewPrivileges ${noNewPrivileges}`,
    `${source}, SCMP_ACT_NOTIFY`,
    (box) =>
      withAgent(box, EACCES, async (agent) => {
        const change = ({ process }: Configuration) => Object.assign(process, { noNewPrivileges });
        const { stderr, code } = box.run("mkdir /tmp/x", asking(agent.socket, { change }));
        assert.equal(code, 1);
        assert.match(stderr, /Permission denied/);
        await box.until("the agent's word", () => agent.lines().some((line) => calls.includes(line)));
      }),
  );
}

rule("the kernel goes on with a call that the agent lets through", "man 2 seccomp_unotify, FLAG_CONTINUE", (box) =>
  withAgent(box, 0, (agent) => {
    assert.equal(box.output("mkdir /tmp/x && ls /tmp", asking(agent.socket)), "x\n");
  }),
);

rule("the agent is sent the container process state", 'config-linux.md "The Container Process State"', (box) =>
  withAgent(box, EACCES, async (agent) => {
    const annotations = { "org.example.key": 'a "{b}" c' };
    const change = (configuration: Configuration) => Object.assign(configuration, { annotations });
    box.create("mkdir /tmp/x", asking(agent.socket, { listenerMetadata: "MKNOD=/dev/null", change }));
    const { ociVersion, fds, pid, metadata, state } = await agent.state();
    assert.match(ociVersion, /^1\./);
    assert.deepEqual(fds, ["seccompFd"]);
    assert.equal(pid, box.state().pid);
    assert.equal(metadata, "MKNOD=/dev/null");
    assert.equal(state.id, box.id);
    assert.equal(state.pid, pid);
    assert.equal(state.status, "creating");
    assert.equal(state.bundle, box.bundle);
    assert.deepEqual(state.annotations, annotations);
  }),
);

rule(
  "the connection to the agent ends when its one state has come",
  `${source}: "MUST send exactly one", "MUST be closed after sending"`,
  (box) =>
    withAgent(box, EACCES, async (agent) => {
      box.launch("exec sleep 1000", asking(agent.socket));
      await box.until("the end of the connection", () => agent.lines().includes("closed"));
      assert.ok(!agent.lines().includes("more"));
    }),
);

rule("a process that exec starts has an agent of its own", `${source}, listenerPath`, async (box) => {
  const first = await startAgent(box, EACCES);
  const init = box.launch("exec sleep 1000", asking(first.socket));
  first.stop();
  rmSync(first.socket);
  await withAgent(box, ENOSPC, async (agent) => {
    const { stderr } = box.exec("mkdir /tmp/x");
    assert.match(stderr, /No space left/);
    const { pid, state } = await agent.state();
    assert.equal(state.pid, init);
    assert.equal(state.status, "running");
    assert.notEqual(pid, init);
  });
});

rule(
  "without an agent at listenerPath there is no container",
  `${source}: "the runtime MUST generate an error"`,
  (box) => {
    const stderr = box.rejects(asking(box.path("nobody")));
    assert.match(stderr, /failed to connect with seccomp agent/);
  },
);

rule("SCMP_ACT_NOTIFY without listenerPath is refused", `${source}, listenerPath`, (box) => {
  box.rejects(({ linux }) => {
    linux.seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86_64"],
      syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_NOTIFY" }],
    };
  });
});

rule("SCMP_ACT_NOTIFY for write is refused", "runc: it is needed to hand the listener over", (box) =>
  withAgent(box, EACCES, (agent) => {
    const stderr = box.rejects(asking(agent.socket, { syscalls: [{ names: ["write"], action: "SCMP_ACT_NOTIFY" }] }));
    assert.match(stderr, /SCMP_ACT_NOTIFY cannot be used for the write syscall/);
  }),
);

rule("SCMP_ACT_NOTIFY as defaultAction is refused", "man 3 seccomp_init", (box) =>
  withAgent(box, EACCES, (agent) => void box.rejects(asking(agent.socket, { defaultAction: "SCMP_ACT_NOTIFY" }))),
);

rule(
  "listenerMetadata without listenerPath is refused",
  `${source}: "MUST NOT be set if listenerPath is not set"`,
  (box) => {
    box.rejects(({ linux }) => {
      linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", listenerMetadata: "x" };
    });
  },
);

rule("listenerPath is ignored where no rule notifies", `${source}: "this value is ignored"`, (box) => {
  const change = asking(box.path("nobody"), { syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO" }] });
  assert.equal(box.output("echo started", change), "started\n");
});

for (const flag of ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"]) {
  rule(`${flag} goes together with an agent`, `${source}, flags`, (box) =>
    withAgent(box, EACCES, (agent) => {
      assert.match(box.run("mkdir /tmp/x", asking(agent.socket, { flags: [flag] })).stderr, /Permission denied/);
    }),
  );
}
