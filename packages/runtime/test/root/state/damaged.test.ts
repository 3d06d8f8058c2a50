/** A state directory that is not as the runtime leaves it: what can be said of it is said, and it can be deleted. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeCgroup } from "../../../src/1-kernel/mod.ts";
import type { Box } from "../../suites/oci/rig/box.ts";
import { feature } from "../../suites/oci/rig/feature.ts";

const rule = feature(import.meta.url);
const source = "state/store.ts: replaced whole, so somebody else has been at it";

/** A container that has ended, and its state. Where its cgroups are, only the state says: so here it has none. */
async function stopped(box: Box): Promise<{ file: string; text: string }> {
  const wrapper = [
    "unshare",
    "-m",
    "--propagation",
    "private",
    "sh",
    "-c",
    'umount -l -R /sys/fs/cgroup; exec "$@"',
    "sh",
  ];
  box.configure("true", (configuration) => {
    configuration.mounts = configuration.mounts.filter(({ type }) => type !== "cgroup");
  });
  box.ok(["create", box.id], { wrapper });
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  const file = box.path("root", box.id, "state.json");
  return { file, text: readFileSync(file, "utf8") };
}

const damages: Array<[string, (text: string) => string]> = [
  ["half-written", (text) => text.slice(0, text.length / 2)],
  ["empty", () => ""],
  ["not JSON", () => "garbage\0"],
  ["JSON of another kind", () => '{"id":7}'],
];

for (const [what, damage] of damages) {
  rule(`a state that is ${what} is named as damaged by every command, and deleted by force`, source, async (box) => {
    const { file, text } = await stopped(box);
    box.ok(["create", `${box.id}-sound`]);
    writeFileSync(file, damage(text));
    for (const verb of ["state", "start", "kill", "pause", "update", "delete"])
      assert.match(box.refused([verb, box.id]), new RegExp(`"${file}" is damaged`), verb);
    assert.match(box.refused(["exec", box.id, "true"]), /is damaged/);
    assert.match(box.refused(["create", box.id]), /already exists/);
    const listed = box.call(["list", "--quiet"]);
    assert.equal(listed.stdout, `${box.id}-sound\n`);
    assert.match(listed.stderr, /is damaged/);
    box.ok(["delete", "--force", box.id]);
    assert.deepEqual(readdirSync(box.path("root")), [`${box.id}-sound`]);
  });
}

/** Where a container's cgroups are, and the file that says so. */
function cgroupsOf(box: Box): { file: string; directories: string[] } {
  const file = box.path("root", box.id, "state.json");
  const { cgroups } = JSON.parse(readFileSync(file, "utf8")) as { cgroups: Array<{ directory: string }> };
  return { file, directories: cgroups.map(({ directory }) => directory) };
}

rule("delete --force ends a container whose state is lost, by its cgroups and its root file system", source, (box) => {
  const pid = box.launch("sleep 1000 & exec sleep 1000");
  const { file, directories } = cgroupsOf(box);
  // What a state half-written is still says where its root file system is.
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.slice(0, text.indexOf('"created"')));
  const { code, stderr } = box.call(["delete", "--force", box.id]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /is damaged$/m);
  assert.ok(!isRunning(pid));
  assert.deepEqual(directories.filter(existsSync), []);
});

rule(
  "delete --force leaves others alone that are in a cgroup of the name of a damaged container",
  source,
  async (box) => {
    box.create("exit 0");
    box.ok(["start", box.id]);
    await box.untilStatus("stopped");
    const { file, directories } = cgroupsOf(box);
    const other = spawn("sleep", ["60"], { stdio: "ignore" });
    const ended = once(other, "exit");
    try {
      for (const directory of directories) writeFileSync(join(directory, "cgroup.procs"), `${other.pid}`);
      writeFileSync(file, "");
      const { code, stderr } = box.call(["delete", "--force", box.id]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /are left alone/);
      assert.ok(isRunning(other.pid ?? 0));
    } finally {
      other.kill("SIGKILL");
      await ended;
      await removeCgroup(directories.map((directory) => ({ directory })));
    }
  },
);

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

rule("a state directory without a state is no container, and delete frees its name", source, (box) => {
  box.configure("true");
  for (const flags of [["--force"], []]) {
    mkdirSync(box.path("root", box.id));
    writeFileSync(box.path("root", box.id, "config.json"), "{}");
    assert.equal(box.ok(["list", "--quiet"]), "");
    assert.match(box.refused(["state", box.id]), /does not exist/);
    assert.match(box.refused(["create", box.id]), /already exists/);
    const { code, stderr } = box.call(["delete", ...flags, box.id]);
    if (flags.length > 0) assert.equal(code, 0, stderr);
    else assert.match(stderr, /does not exist/);
    box.ok(["run", box.id]);
  }
});

rule("delete takes a container away whose configuration is lost or damaged", source, async (box) => {
  for (const damage of ["gone", "not JSON"]) {
    const { file } = await stopped(box);
    const config = file.replace("state.json", "config.json");
    if (damage === "gone") rmSync(config);
    else writeFileSync(config, damage);
    box.ok(["delete", box.id]);
    assert.deepEqual(readdirSync(box.path("root")), []);
  }
});
