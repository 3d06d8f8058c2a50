/**
 * Descriptors of the runtime as a way out (CVE-2024-21626). /proc/self/fd/N is a link that ignores roots: an image whose
 * working directory or program is named through it steers by whatever the runtime still holds open when it looks.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "../../suites/oci/rig/box.ts";
import type { Change } from "../../suites/oci/rig/configuration.ts";
import { feature } from "../../suites/oci/rig/feature.ts";
import { runNaively } from "./rig/naive.ts";

const rule = feature(import.meta.url);
const SECRET = "of the host\n";

/** A file of the host's, far from the container's root. */
function hostFile(box: Box): string {
  writeFileSync(box.path("secret"), SECRET);
  return box.path("secret");
}

/** Node gives each extra file the next number from 3 on. */
const HOST_ROOT_AS_9 = { extraFiles: Array(7).fill("/") };

/** Prints the host's file if any number of steps up from here lead to the host's root. */
function climb(from: string, file: string): string {
  return `for up in . ../.. ../../../../../..; do cat ${from}/$up${file} 2>/dev/null; done; echo end`;
}

rule("a runtime that leaves a directory open leads out of the root", "CVE-2024-21626", (box) => {
  const file = hostFile(box);
  const { stdout } = runNaively(box, { script: climb("/proc/self/fd/9", file) }, HOST_ROOT_AS_9);
  assert.equal(stdout, `${SECRET.repeat(3)}end\n`);
});

rule("no directory that init holds before its program leads to the host", "CVE-2024-21626", (box) => {
  const file = hostFile(box);
  box.create("true");
  const fds = `/proc/${box.state().pid}/fd`;
  const ways = readdirSync(fds).flatMap((fd) => ["", "/../..", "/../../../../.."].map((up) => `${fd}${up}${file}`));
  assert.ok(ways.length > 30, "the first process has descriptors to look at");
  assert.deepEqual(
    ways.filter((way) => existsSync(`${fds}/${way}`)),
    [],
  );
});

rule("a working directory of the form /proc/self/fd/N is refused", "CVE-2024-21626, attack 1", (box) => {
  for (const fd of [3, 7]) {
    const said = box.rejects((configuration) => {
      configuration.process.cwd = `/proc/self/fd/${fd}`;
    });
    assert.match(said, /ELOOP/);
  }
});

rule("a program of the form /proc/self/fd/N/PATH finds every descriptor closed", "CVE-2024-21626, attack 3", (box) => {
  box.create("true");
  // The container's own root is the one directory that is there for sure; `run` has one descriptor less than `create`.
  const fds = `/proc/${box.state().pid}/fd`;
  const roots = readdirSync(fds).filter((fd) => existsSync(`${fds}/${fd}/bin/busybox`));
  box.ok(["delete", "--force", box.id]);
  assert.notEqual(roots.length, 0);
  for (const fd of roots.flatMap((root) => [Number(root) - 1, Number(root)])) {
    const said = box.rejects((configuration) => {
      configuration.process.args = [`/proc/self/fd/${fd}/bin/busybox`, "echo", "the program ran"];
    });
    assert.match(said, /ENOENT|no such file or directory/);
  }
});

rule("exec refuses a working directory of the form /proc/self/fd/N", "CVE-2024-21626, attack 2", (box) => {
  const file = hostFile(box);
  box.launch();
  for (const fd of [4, 7, 8]) {
    const { code, stdout } = box.exec(climb(".", file), ["--cwd", `/proc/self/fd/${fd}`]);
    assert.deepEqual([code, stdout], [255, ""], `descriptor ${fd}`);
  }
});

rule("a link of the image to /proc/self/fd/N is no working directory", "CVE-2024-21626, attack 1b", (box) => {
  const file = hostFile(box);
  for (const fd of [7, 13]) {
    const { stdout } = box.run(climb(".", file), (configuration) => {
      configuration.root.readonly = false;
      configuration.hooks = {
        createContainer: [
          { path: "/bin/sh", args: ["sh", "-c", `ln -sfn /proc/self/fd/${fd} ${box.rootfs}/home/link`] },
        ],
      };
      configuration.process.cwd = "/home/link";
    });
    assert.doesNotMatch(stdout, /of the host/, `descriptor ${fd}`);
  }
});

const ONLY_STDIO = "0\n1\n2\n";
/** By names alone: a program that lists the directory adds a descriptor of its own. */
const LIST = "fd=0; while [ $fd -lt 300 ]; do [ -e /proc/self/fd/$fd ] && echo $fd; fd=$((fd+1)); done";

const held: Change = (configuration) => {
  configuration.root.readonly = false;
};

rule(
  "descriptors of the caller do not reach a careful runtime's program",
  "CVE-2024-21626; runc --preserve-fds",
  async (box) => {
    const extraFiles = ["/", "/etc/passwd", "/"];
    const naive = runNaively(box, { script: LIST }, { extraFiles });
    assert.match(naive.stdout, /^3$/m, "an open directory reaches a careless runtime's program");

    assert.equal(box.run(LIST, held, { extraFiles }).stdout, ONLY_STDIO, "run");
    const output = box.path("listed");
    box.configure(`(${LIST}) > /tmp/half; mv /tmp/half /tmp/created; exec sleep 1000`, held);
    box.ok(["create", box.id], { extraFiles });
    box.ok(["start", box.id], { extraFiles });
    assert.equal(box.call(["exec", box.id, "/bin/sh", "-c", LIST], { extraFiles }).stdout, ONLY_STDIO, output);
    await box.until("the whole list", () => existsSync(join(box.rootfs, "tmp/created")));
    assert.equal(box.ok(["exec", box.id, "/bin/cat", "/tmp/created"]), ONLY_STDIO, "create");
  },
);

rule(
  "a hook in the container gets no descriptor but its own three",
  "CVE-2024-21626; config.md, startContainer",
  (box) => {
    const { code, stderr } = box.run(
      "true",
      (configuration) => {
        configuration.root.readonly = false;
        configuration.hooks = { startContainer: [{ path: "/bin/sh", args: ["sh", "-c", `(${LIST}) > /tmp/hooked`] }] };
      },
      { extraFiles: ["/", "/"] },
    );
    assert.equal(code, 0, stderr);
    assert.equal(runNaively(box, { script: "cat /tmp/hooked" }).stdout, ONLY_STDIO);
  },
);
