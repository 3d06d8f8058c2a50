/** `--systemd-cgroup`: systemd makes the container's cgroup, knows its limits, and forgets it when it is gone. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Outcome } from "../suites/oci/rig/command.ts";
import { type Change, defaultConfiguration } from "../suites/oci/rig/configuration.ts";
import { makeRootfs } from "../suites/oci/rig/rootfs.ts";
import { chosenRuntime } from "../suites/oci/rig/runtime.ts";
import { type OwnSystemd, startSystemd, whyNoSystemd } from "./own-systemd.ts";
import { until } from "./until.ts";

const skip = whyNoSystemd() ?? false;
const UNIT = "gb-web.scope";
const CGROUPS_PATH = "machine-labs.slice:gb:web";
const mebibyte = 1 << 20;

const work = mkdtempSync(join(tmpdir(), "systemd-cgroup-"));
let systemd: OwnSystemd;
before(async () => {
  if (!skip) systemd = await startSystemd();
});
after(async () => {
  await systemd?.stop();
  rmSync(work, { recursive: true, force: true });
});

function bundle(name: string, change: Change): string {
  const directory = join(work, name);
  mkdirSync(directory);
  makeRootfs(join(directory, "rootfs"), join(work, "busybox"));
  const configuration = defaultConfiguration("true");
  configuration.linux.cgroupsPath = CGROUPS_PATH;
  change(configuration);
  writeFileSync(join(directory, "config.json"), JSON.stringify(configuration));
  return directory;
}

const glassrun = (...args: string[]) => systemd.run([...chosenRuntime().command, "--systemd-cgroup", ...args]);
/** Its property as systemd itself has it. */
const property = (name: string) => systemd.run(["systemctl", "show", "--value", "-p", name, UNIT]).stdout.trim();
/** It does not keep a unit that has ended, but may not have come to it yet. */
const forgotten = () => until("systemd to forget the unit", () => property("LoadState") === "not-found");
const file = (name: string) => {
  const path = `${systemd.cgroup}/machine.slice/machine-labs.slice/${UNIT}/${name}`;
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "no such file";
};
const succeeds = ({ code, stdout, stderr }: Outcome) => {
  assert.equal(code, 0, stderr);
  return stdout;
};

test("run --systemd-cgroup puts the container into a scope of the slice, and both are gone with it", {
  skip,
}, async () => {
  const path = bundle("run", (configuration) => {
    configuration.process.args = ["cat", "/proc/self/cgroup"];
  });
  assert.equal(succeeds(glassrun("run", "-b", path, "web")), `0::/machine.slice/machine-labs.slice/${UNIT}\n`);
  await forgotten();
  assert.equal(file("cgroup.procs"), "no such file");
});

test("create --systemd-cgroup gives systemd the limits, and update changes them there too", { skip }, async () => {
  const path = bundle("create", (configuration) => {
    configuration.process.args = ["sleep", "60"];
    configuration.linux.resources.memory = { limit: 64 * mebibyte };
    configuration.linux.resources.pids = { limit: 20 };
  });
  succeeds(glassrun("create", "-b", path, "web"));
  try {
    assert.deepEqual([property("MemoryMax"), file("memory.max")], [`${64 * mebibyte}`, `${64 * mebibyte}`]);
    assert.deepEqual([property("TasksMax"), file("pids.max")], ["20", "20"]);
    assert.equal(property("Delegate"), "yes");
    const init = JSON.parse(succeeds(glassrun("state", "web"))).pid as number;
    assert.equal(
      succeeds(systemd.run(["cat", `/proc/${init}/cgroup`]))
        .trim()
        .endsWith(UNIT),
      true,
    );
    assert.equal(file("cgroup.procs").split("\n").length, 1, "the process that held it open is gone");
    succeeds(glassrun("update", "--memory", "96M", "web"));
    assert.deepEqual([property("MemoryMax"), file("memory.max")], [`${96 * mebibyte}`, `${96 * mebibyte}`]);
    succeeds(systemd.run(["systemctl", "daemon-reload"]));
    assert.deepEqual([file("memory.max"), file("pids.max")], [`${96 * mebibyte}`, "20"]);
  } finally {
    succeeds(glassrun("delete", "--force", "web"));
  }
  await forgotten();
  assert.equal(file("cgroup.procs"), "no such file");
});

test("create --systemd-cgroup gives the unit the properties that annotations name", { skip }, async () => {
  const path = bundle("annotated", (configuration) => {
    configuration.process.args = ["sleep", "60"];
    configuration.annotations = {
      "org.systemd.property.TimeoutStopUSec": "uint64 7000000",
      "org.systemd.property.RuntimeMaxSec": "1200",
      "org.systemd.property.Description": "'A web server'",
      "org.systemd.property.Before": "['nothing.target']",
    };
  });
  succeeds(glassrun("create", "-b", path, "web"));
  try {
    assert.deepEqual(["TimeoutStopUSec", "RuntimeMaxUSec", "Description"].map(property), [
      "7s",
      "20min",
      "A web server",
    ]);
    assert.ok(property("Before").split(" ").includes("nothing.target"));
  } finally {
    succeeds(glassrun("delete", "--force", "web"));
  }
  await forgotten();
});

test("create --systemd-cgroup passes on what systemd says of a property it does not know", { skip }, () => {
  const path = bundle("unknown", (configuration) => {
    configuration.annotations = { "org.systemd.property.NoSuchThing": "true" };
  });
  const failed = glassrun("create", "-b", path, "web");
  assert.match(failed.stderr, /Cannot make unit "gb-web.scope".*NoSuchThing/);
  assert.deepEqual([failed.code, property("LoadState")], [1, "not-found"]);
});

test("run --systemd-cgroup that fails leaves no unit, and no wrong path is taken", { skip }, async () => {
  const missing = bundle("missing", (configuration) => {
    configuration.process.args = ["/no/such/program"];
  });
  const failed = glassrun("run", "-b", missing, "web");
  assert.match(failed.stderr, /no such file or directory/);
  await forgotten();
  assert.deepEqual([failed.code, file("cgroup.procs")], [1, "no such file"]);

  const misplaced = bundle("misplaced", (configuration) => {
    configuration.linux.cgroupsPath = "/pods/web";
  });
  assert.match(glassrun("run", "-b", misplaced, "web").stderr, /format "slice:prefix:name" for systemd cgroups/);
});

test("create --systemd-cgroup passes on what systemd says of a unit that exists", { skip }, async () => {
  const path = bundle("twice", (configuration) => {
    configuration.process.args = ["sleep", "60"];
  });
  succeeds(glassrun("create", "-b", path, "first"));
  try {
    const second = glassrun("create", "-b", path, "second");
    assert.equal(second.code, 1);
    assert.match(second.stderr, new RegExp(`Cannot make unit "${UNIT}".*already loaded`));
    assert.equal(JSON.parse(succeeds(glassrun("state", "first"))).status, "created");
  } finally {
    succeeds(glassrun("delete", "--force", "first"));
  }
  await forgotten();
});

const skipCriu =
  skip || (spawnSync("criu", ["check"]).status !== 0 && "criu is not here, or cannot work on this kernel");

test("restore --systemd-cgroup brings a container back into a new scope, with its limits", {
  skip: skipCriu,
}, async () => {
  const path = bundle("restored", (configuration) => {
    // Streams of this test's are files that criu's images cannot hold.
    configuration.process.args = ["sh", "-c", "exec sleep 1000 </dev/null >/dev/null 2>&1"];
    configuration.linux.namespaces.push({ type: "cgroup" });
    configuration.linux.resources.memory = { limit: 64 * mebibyte };
    configuration.linux.resources.pids = { limit: 20 };
  });
  const images = join(work, "images");
  const ofInit = () => {
    const { pid } = JSON.parse(succeeds(glassrun("state", "web")));
    return (name: string) => succeeds(systemd.run(["cat", `/proc/${pid}/${name}`])).trim();
  };
  try {
    succeeds(glassrun("run", "--detach", "-b", path, "web"));
    const before = ofInit();
    await until("the program to run", () => before("comm") === "sleep");
    succeeds(glassrun("checkpoint", "--image-path", images, "web"));
    assert.equal(file("cgroup.procs"), "no such file");

    succeeds(glassrun("restore", "--detach", "-b", path, "--image-path", images, "web"));
    assert.deepEqual([property("ActiveState"), property("MemoryMax")], ["active", `${64 * mebibyte}`]);
    assert.deepEqual([file("memory.max"), file("pids.max")], [`${64 * mebibyte}`, "20"]);
    assert.ok(ofInit()("cgroup").endsWith(UNIT));
    assert.equal(file("cgroup.procs").split("\n").length, 1, "the process that held it open is gone");
  } finally {
    succeeds(glassrun("delete", "--force", "web"));
  }
  await forgotten();
});

test("create --systemd-cgroup says so where no systemd runs", {
  skip: existsSync("/run/systemd/system") && "this machine was started by systemd",
}, () => {
  const path = bundle("without", () => {});
  const [program = "", ...before] = chosenRuntime().command;
  const args = [...before, "--systemd-cgroup", "--root", join(work, "state"), "create", "-b", path, "web"];
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  assert.match(stderr, /systemd cgroup flag passed, but systemd support for managing cgroups is not available/);
  assert.equal(status, 1);
  assert.equal(existsSync(join(work, "state/web")), false);
});
