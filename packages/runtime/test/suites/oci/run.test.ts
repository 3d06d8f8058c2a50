/** `run`: create, start, wait and delete in one call; its flags, and what it says of a bad bundle. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idle } from "./rig/box.ts";
import { cgroupOf } from "./rig/cgroup-files.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-run";

rule("in the foreground the container is gone afterwards", `${source}: create followed by start`, (box) => {
  box.output("true");
  box.refused(["state", box.id]);
});

rule("the container is gone too when the program failed", source, (box) => {
  assert.equal(box.run("exit 5").code, 5);
  box.refused(["state", box.id]);
});

rule("--detach returns while the program runs", source, (box) => {
  box.configure(idle);
  box.ok(["run", "--detach", box.id]);
  assert.equal(box.state().status, "running");
});

rule("--detach of a file that the kernel does not execute is refused", `${source}; man 2 execve, ENOEXEC`, (box) => {
  writeFileSync(join(box.rootfs, "bin/bad"), "no program\n", { mode: 0o755 });
  box.configure("", (configuration) => {
    configuration.process.args = ["/bin/bad"];
  });
  assert.match(box.refused(["run", "--detach", box.id]), /exec.*\/bin\/bad.*exec format error/i);
  box.refused(["state", box.id]);
});

rule("--keep keeps state and cgroup of an ended container", source, (box) => {
  box.configure("exit 0");
  box.ok(["run", "--keep", box.id]);
  assert.equal(box.state().status, "stopped");
  box.ok(["delete", box.id]);
});

for (const flag of ["--bundle", "-b"]) {
  rule(`${flag} names the bundle`, source, (box) => {
    box.configure("echo ran");
    assert.equal(box.ok(["run", flag, box.bundle, box.id], { cwd: "/" }), "ran\n");
  });
}

rule("without --bundle the bundle is the current directory", `${source}: "Default is current directory"`, (box) => {
  box.configure("echo ran");
  assert.equal(box.ok(["run", box.id], { cwd: box.bundle }), "ran\n");
});

rule("--no-new-keyring and --no-pivot are taken", source, (box) => {
  box.configure("echo ran; ls -d /bin/busybox");
  assert.equal(box.ok(["run", "--no-pivot", "--no-new-keyring", box.id]), "ran\n/bin/busybox\n");
});

rule("an id in use is refused", 'runtime.md "Create"', (box) => {
  box.launch();
  assert.match(box.refused(["run", box.id]), /exist/);
  assert.equal(box.state().status, "running");
});

rule("a bundle without config.json is refused and named", 'bundle.md "config.json"', (box) => {
  assert.match(box.refused(["run", box.id]), /config\.json/);
});

rule("a bundle that does not exist is refused", source, (box) => {
  box.refused(["run", "--bundle", box.path("missing"), box.id], { cwd: "/" });
});

for (const [what, text] of [
  ["is not JSON", "{"],
  ["is empty", ""],
  ["is a list", "[]"],
  ["has a string for process", '{"ociVersion":"1.0.2","process":"sh","root":{"path":"rootfs"}}'],
  ["has a number for args", '{"ociVersion":"1.0.2","process":{"cwd":"/","args":7},"root":{"path":"rootfs"}}'],
] as const) {
  rule(`a config.json that ${what} is refused`, 'config.md "Valid values"', (box) => {
    writeFileSync(join(box.bundle, "config.json"), text);
    box.refused(["run", box.id]);
    box.refused(["state", box.id]);
  });
}

rule("a rootfs that vanished is refused", 'config.md "Root"', (box) => {
  box.configure("true");
  rmSync(box.rootfs, { recursive: true });
  box.refused(["run", box.id]);
});

rule("the program's children end with it", "man 7 pid_namespaces", async (box) => {
  box.configure("sleep 1000 & echo started");
  assert.equal(box.ok(["run", box.id]), "started\n");
});

rule(
  "a container in the machine's PID namespace is deleted with all its processes",
  "runc: without a PID namespace every process of the cgroup is killed",
  async (box) => {
    const pid = box.launch(`sleep 1000 & ${idle}`, (configuration) => {
      configuration.linux.namespaces = configuration.linux.namespaces.filter(({ type }) => type !== "pid");
    });
    const procs = join(cgroupOf(pid, "pids"), "cgroup.procs");
    await box.until("two processes", () => readFileSync(procs, "utf8").trim().split("\n").length === 2);
    const members = readFileSync(procs, "utf8").trim().split("\n");
    box.ok(["delete", "--force", box.id]);
    await box.until("their end", () => members.every((member) => !isAlive(member)));
  },
);

function isAlive(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
