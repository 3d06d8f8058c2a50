/** Who the container's process is: `process.user`, and what follows from it. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Change } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "POSIX-platform User"';

rule("uid and gid are the process's in all four kinds", source, (box) => {
  const seen = box.output("grep -E '^(Uid|Gid)' /proc/self/status", (configuration) => {
    configuration.process.user = { uid: 1000, gid: 1001 };
  });
  assert.equal(seen, "Uid:\t1000\t1000\t1000\t1000\nGid:\t1001\t1001\t1001\t1001\n");
});

rule("additionalGids are the supplementary groups", `${source}: "to be added to the process"`, (box) => {
  const seen = box.output("grep ^Groups /proc/self/status", (configuration) => {
    configuration.process.user = { uid: 0, gid: 0, additionalGids: [7, 5] };
  });
  assert.deepEqual(seen.replace("Groups:", "").trim().split(" ").sort(), ["5", "7"]);
});

rule("without additionalGids the caller's groups are dropped", source, (box) => {
  const seen = box.output("grep ^Groups /proc/self/status", (configuration) => {
    configuration.process.user = { uid: 1000, gid: 1000 };
  });
  assert.match(seen, /^Groups:\s*(1000)?\s*$/);
});

rule("a uid without an entry in /etc/passwd works", `${source}: symbolic names are left to upper levels`, (box) => {
  const seen = box.output("id -u; id -g", (configuration) => {
    configuration.process.user = { uid: 54321, gid: 54322 };
  });
  assert.equal(seen, "54321\n54322\n");
});

rule("umask is the process's", 'config.md "POSIX-platform User", umask', (box) => {
  const seen = box.output("umask", (configuration) => {
    configuration.process.user.umask = 0o27;
  });
  assert.equal(seen, "0027\n");
});

rule("without umask it is 0022", "runc, libcontainer: the default", (box) => {
  assert.equal(box.output("umask"), "0022\n");
});

rule("another user cannot read what only root may", "man 7 path_resolution, permissions", (box) => {
  chmodSync(join(box.rootfs, "root"), 0o700);
  const { code, stderr } = box.run("ls /root", (configuration) => {
    configuration.process.user = { uid: 1000, gid: 1000 };
  });
  assert.equal(code, 1);
  assert.match(stderr, /Permission denied/);
});

rule(
  "another user can still write to the streams it was given",
  "runc, libcontainer/init_linux.go: fixStdioPermissions",
  (box) => {
    const { stdout, stderr } = box.run("echo out > /proc/self/fd/1; echo err > /proc/self/fd/2", (configuration) => {
      configuration.process.user = { uid: 1000, gid: 1000 };
    });
    assert.deepEqual({ stdout, stderr }, { stdout: "out\n", stderr: "err\n" });
  },
);

rule(
  "HOME comes from the container's /etc/passwd",
  "runc, libcontainer/init_linux.go: HOME is set if env has none",
  (box) => {
    const seen = box.output('echo "$HOME"', (configuration) => {
      configuration.process.user = { uid: 1000, gid: 1000 };
    });
    assert.equal(seen, "/home/guest\n");
  },
);

rule("HOME of env is kept", 'config.md "Process", env', (box) => {
  const seen = box.output('echo "$HOME"', (configuration) => {
    configuration.process.env.push("HOME=/elsewhere");
  });
  assert.equal(seen, "/elsewhere\n");
});

rule("oomScoreAdj is the process's", 'config.md "Linux Process": "the runtime MUST set oom_score_adj"', (box) => {
  const seen = box.output("cat /proc/self/oom_score_adj", (configuration) => {
    configuration.process.oomScoreAdj = 567;
  });
  assert.equal(seen, "567\n");
});

rule(
  "oomScoreAdj is set below a caller's that has raised its own",
  "containerd's shim raises its own by one",
  (box) => {
    const wrapper = ["sh", "-c", 'echo 100 > /proc/self/oom_score_adj; exec "$@"', "sh"];
    const change: Change = ({ process }) => {
      process.oomScoreAdj = 50;
    };
    assert.equal(box.output("cat /proc/self/oom_score_adj", change, { wrapper }), "50\n");
  },
);

rule("without oomScoreAdj it is the caller's", 'config.md "Linux Process": "MUST NOT change the value"', (box) => {
  assert.equal(box.output("cat /proc/self/oom_score_adj"), readFileSync("/proc/self/oom_score_adj", "utf8"));
});
