/** `hooks`: six moments, their order, what they are told, and what their failure means. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "./rig/box.ts";
import type { Change, Hook, HookName } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "POSIX-platform Hooks"';

/** In the order of the lifecycle. startContainer resolves in the container, the others on the machine. */
const moments: readonly HookName[] = [
  "prestart",
  "createRuntime",
  "createContainer",
  "startContainer",
  "poststart",
  "poststop",
];

const shell = (script: string, more: Partial<Hook> = {}): Hook => ({
  path: "/bin/sh",
  args: ["sh", "-c", script],
  ...more,
});

/** It takes what it is told off its standard input, so that no runtime is left holding it. */
const listening = (script: string, more?: Partial<Hook>): Hook => shell(`cat > /dev/null; ${script}`, more);

/** Hooks write to one file that both sides see under the same path. */
function withLog(box: Box, hooks: Partial<Record<HookName, Hook[]>>): Change {
  return (configuration) => {
    configuration.hooks = hooks;
    configuration.root.readonly = false;
    configuration.mounts.push({ destination: "/var", source: box.directory, options: ["bind"] });
  };
}

const logOf = (box: Box) => (existsSync(box.path("log")) ? readFileSync(box.path("log"), "utf8") : "");
const target = (box: Box, moment: HookName) => (moment === "startContainer" ? "/var/log" : box.path("log"));

rule(
  "the moments come in the lifecycle's order, the program between startContainer and poststop",
  'runtime.md "Lifecycle"',
  async (box) => {
    const hooks = Object.fromEntries(
      moments.map((moment) => [moment, [listening(`echo ${moment} >> ${target(box, moment)}`)]]),
    );
    // However long the runtime takes to come to poststart.
    const untilStarted = "until grep -q poststart /var/log; do sleep 0.05; done";
    box.configure(`${untilStarted}; echo program >> /var/log`, withLog(box, hooks));
    box.ok(["create", box.id]);
    assert.equal(logOf(box), "prestart\ncreateRuntime\ncreateContainer\n");
    box.ok(["start", box.id]);
    await box.untilStatus("stopped");
    box.ok(["delete", box.id]);
    assert.equal(
      logOf(box),
      "prestart\ncreateRuntime\ncreateContainer\nstartContainer\npoststart\nprogram\npoststop\n",
    );
  },
);

rule("hooks of one moment run in the listed order", `${source}: "Hooks MUST be called in the listed order"`, (box) => {
  const hooks = [1, 2, 3].map((n) => listening(`echo ${n} >> ${box.path("log")}`));
  box.output("true", withLog(box, { createRuntime: hooks }));
  assert.equal(logOf(box), "1\n2\n3\n");
});

const statusAt: Array<[HookName, string]> = [
  ["prestart", "created"],
  ["createRuntime", "created"],
  ["createContainer", "created"],
  ["startContainer", "created"],
  ["poststart", "running"],
  ["poststop", "stopped"],
];

for (const [moment, status] of statusAt) {
  rule(
    `${moment} gets the state "${status}" on standard input`,
    `${source}: "The state of the container MUST be passed to hooks over stdin"`,
    async (box) => {
      const hooks = { [moment]: [shell(`cat >> ${target(box, moment)}`)] };
      box.configure("exec sleep 1000", (configuration) => {
        withLog(box, hooks)(configuration);
        configuration.annotations = { "com.example.key": "value" };
      });
      box.ok(["create", box.id]);
      const { pid } = box.state();
      box.ok(["start", box.id]);
      if (moment === "poststop") box.ok(["delete", "--force", box.id]);
      await box.until("the hook", () => logOf(box).trim().endsWith("}"));
      const seen = JSON.parse(logOf(box));
      assert.deepEqual(
        {
          id: seen.id,
          status: seen.status.replace("creating", "created"),
          bundle: seen.bundle,
          annotations: seen.annotations,
        },
        { id: box.id, status, bundle: box.bundle, annotations: { "com.example.key": "value" } },
      );
      if (["createRuntime", "prestart", "poststart"].includes(moment)) assert.equal(seen.pid, pid);
    },
  );
}

rule("a hook need not read its standard input", source, (box) => {
  const hooks = Array.from({ length: 10 }, () => shell("exit 0"));
  box.output("true", withLog(box, { createRuntime: hooks }));
});

rule("a hook's environment is its env alone", `${source}: env`, (box) => {
  const script = "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= | sort";
  box.output(
    "true",
    withLog(box, {
      createRuntime: [listening(`${script} >> ${box.path("log")}`, { env: ["A=1", "B=2 3", "PATH=/usr/bin:/bin"] })],
    }),
  );
  assert.equal(logOf(box), "A=1\nB=2 3\nPATH=/usr/bin:/bin\n");
});

rule("args are the hook's argv, the first one too", `${source}: args as of execv`, (box) => {
  const hook = {
    path: "/bin/sh",
    args: ["other-name", "-c", `cat > /dev/null; echo "$0 $1 $2" >> ${box.path("log")}`, "zero", "a b", ""],
  };
  box.output("true", withLog(box, { createRuntime: [hook] }));
  assert.equal(logOf(box), "zero a b \n");
});

for (const moment of ["prestart", "createRuntime"] as const) {
  rule(`${moment} runs in the runtime's mount namespace`, `${source}: "executed in the runtime namespace"`, (box) => {
    box.output(
      "true",
      withLog(box, {
        [moment]: [listening(`ls -d /bin/busybox-of-container 2>/dev/null || echo outside >> ${box.path("log")}`)],
      }),
    );
    assert.equal(logOf(box), "outside\n");
  });
}

rule(
  "createContainer runs in the container's namespaces, before pivot_root",
  `${source}: "executed in the container namespace"`,
  (box) => {
    const script = `readlink /proc/self/ns/uts >> ${box.path("log")}; ls -d ${box.bundle} >> ${box.path("log")}`;
    box.configure("exec sleep 1000", withLog(box, { createContainer: [listening(script)] }));
    box.ok(["create", box.id]);
    assert.equal(logOf(box), `${readlinkSync(`/proc/${box.state().pid}/ns/uts`)}\n${box.bundle}\n`);
  },
);

rule(
  "startContainer resolves its path in the container",
  `${source}: "MUST resolve ... in the container namespace"`,
  (box) => {
    symlinkSync("busybox", join(box.rootfs, "bin/only-inside"));
    writeFileSync(join(box.rootfs, "bin/hook"), "#!/bin/sh\ncat > /dev/null\nhostname >> /var/log\n", { mode: 0o755 });
    box.output("true", withLog(box, { startContainer: [{ path: "/bin/hook" }] }));
    assert.equal(logOf(box), "runc\n");
  },
);

for (const moment of ["prestart", "createRuntime", "createContainer"] as const) {
  rule(
    `a ${moment} hook that fails makes create fail and leaves nothing`,
    'runtime.md "Lifecycle": "the runtime MUST generate an error, stop the container"',
    (box) => {
      box.configure(
        "echo ran",
        withLog(box, { [moment]: [listening("exit 7"), listening(`echo next >> ${box.path("log")}`)] }),
      );
      assert.match(box.refused(["create", box.id]), /hook/i);
      box.refused(["state", box.id]);
      assert.equal(logOf(box), "");
    },
  );
}

rule("a hook that does not exist makes create fail", source, (box) => {
  box.configure("echo ran", withLog(box, { createRuntime: [{ path: "/no/such/hook" }] }));
  box.refused(["create", box.id]);
  box.refused(["state", box.id]);
});

rule("a relative hook path is refused", `${source}: "path MUST be absolute"`, (box) => {
  box.rejects(withLog(box, { createRuntime: [{ path: "hook" }] }));
});

rule(
  "a poststop hook that fails does not stop delete",
  'runtime.md "Lifecycle": "log a warning, but continue"',
  (box) => {
    box.launch(
      "exec sleep 1000",
      withLog(box, { poststop: [listening("exit 7"), listening(`echo second >> ${box.path("log")}`)] }),
    );
    box.ok(["delete", "--force", box.id]);
    assert.equal(logOf(box), "second\n");
  },
);

rule(
  "a hook that outlasts its timeout is ended and fails",
  `${source}: "number of seconds before aborting the hook"`,
  (box) => {
    box.configure(
      "echo ran",
      withLog(box, { createRuntime: [{ path: "/bin/sleep", args: ["sleep", "50"], timeout: 1 }] }),
    );
    const startedAt = Date.now();
    box.refused(["create", box.id]);
    assert.ok(Date.now() - startedAt < 45_000, "waited for the hook to end by itself");
  },
);
