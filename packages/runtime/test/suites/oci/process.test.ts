/** runtime-spec config.md, "Process": arguments, environment, user, capabilities, limits, exit. */
import assert from "node:assert/strict";
import { claimId, configFor, makeBundle, runShell } from "./bundle.ts";
import { onEachPeer } from "./peers.ts";

onEachPeer("the program's exit code is run's, and a signal's number above 128", (peer, t) => {
  assert.equal(runShell(t, peer, "exit 42").code, 42);
  assert.equal(runShell(t, peer, "sh -c 'kill -9 $$'").code, 137);
});

onEachPeer("standard input, output and error are passed through", (peer, t) => {
  const bundle = makeBundle(t, configFor(["sh", "-c", "cat; echo to stderr >&2"]));
  const answer = peer.call(["run", "--bundle", bundle, claimId(t, peer)], { input: "typed\n" });
  assert.equal(answer.stdout, "typed\n");
  assert.match(answer.stderr, /to stderr\n/);
});

onEachPeer("environment, working directory and user are those of the config", (peer, t) => {
  const answer = runShell(t, peer, "echo $COLOUR; pwd; id", (config) => {
    config.process = {
      ...config.process,
      cwd: "/srv/new",
      env: ["PATH=/bin", "COLOUR=blue"],
      user: { uid: 1000, gid: 1001, additionalGids: [7, 9] },
    };
  });
  assert.equal(answer.stdout, "blue\n/srv/new\nuid=1000 gid=1001 groups=7,9\n", answer.stderr);
});

onEachPeer("the five capability sets are as listed, and no_new_privs is on", (peer, t) => {
  const caps = ["CAP_KILL", "CAP_CHOWN"];
  const answer = runShell(t, peer, "grep -E '^(Cap|NoNewPrivs)' /proc/self/status", (config) => {
    config.process = {
      ...config.process,
      cwd: "/",
      noNewPrivileges: true,
      capabilities: {
        bounding: caps,
        effective: caps,
        permitted: caps,
        inheritable: ["CAP_CHOWN"],
        ambient: ["CAP_CHOWN"],
      },
    };
  });
  const mask = (value: number) => value.toString(16).padStart(16, "0");
  assert.equal(
    answer.stdout,
    `CapInh:\t${mask(1)}\nCapPrm:\t${mask(0x21)}\nCapEff:\t${mask(0x21)}\nCapBnd:\t${mask(0x21)}\nCapAmb:\t${mask(1)}\nNoNewPrivs:\t1\n`,
    answer.stderr,
  );
});

onEachPeer("rlimits are set", (peer, t) => {
  const answer = runShell(t, peer, "grep 'open files' /proc/self/limits", (config) => {
    config.process = { ...config.process, cwd: "/", rlimits: [{ type: "RLIMIT_NOFILE", soft: 100, hard: 200 }] };
  });
  assert.match(answer.stdout, /100\s+200/);
});

onEachPeer("no descriptor of the runtime reaches the program", (peer, t) => {
  // The shell's own listing holds one more, the directory it reads.
  const answer = runShell(t, peer, "ls /proc/self/fd | grep -v -x -e 0 -e 1 -e 2 -e 3; echo done");
  assert.equal(answer.stdout, "done\n", answer.stderr);
});

onEachPeer("a program that is not there fails the create, and leaves no container", (peer, t) => {
  const bundle = makeBundle(t, configFor(["no-such-program"]));
  const id = claimId(t, peer);
  const answer = peer.call(["run", "--bundle", bundle, id]);
  assert.notEqual(answer.code, 0);
  assert.match(answer.stderr, /executable file .*not found|no such file or directory/i);
  assert.notEqual(peer.call(["state", id]).code, 0);
});

onEachPeer("a seccomp rule answers with its errno", (peer, t) => {
  const answer = runShell(t, peer, "mkdir /made; touch /still-possible && echo ok", (config) => {
    config.linux = {
      ...config.linux,
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28 }],
      },
    };
  });
  assert.match(answer.stderr, /No space left on device/);
  assert.equal(answer.stdout, "ok\n");
});
