/** `state` and `list`: what the runtime says of its containers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { idle } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const state = 'runtime.md "State"';
const list = "man 8 runc-list";

rule("state has every property of the specification", `${state}: "MUST include, at least"`, (box) => {
  const pid = box.launch();
  const { ociVersion, id, status, pid: shown, bundle } = box.state();
  assert.match(ociVersion, /^1\.\d+\.\d+/);
  assert.deepEqual({ id, status, pid: shown, bundle }, { id: box.id, status: "running", pid, bundle: box.bundle });
});

rule("state has rootfs, created and owner too", "peers: docker, podman and CRI-O read them", (box) => {
  box.launch();
  const { rootfs, created, owner } = box.state();
  assert.deepEqual({ rootfs, owner }, { rootfs: box.rootfs, owner: owner === "root" ? "root" : "" });
  assert.ok(Math.abs(Date.now() - Date.parse(String(created))) < 600_000, String(created));
});

rule("pid of a created container is the process that will be the program", state, (box) => {
  const output = box.create(idle);
  const { pid } = box.state();
  box.ok(["start", box.id]);
  assert.equal(box.state().pid, pid);
  assert.equal(readFileSync(output, "utf8"), "");
});

rule(
  "pid is 0 or absent when the container is stopped",
  `${state}: pid is REQUIRED when created or running`,
  async (box) => {
    box.create("exit 0");
    box.ok(["start", box.id]);
    await box.untilStatus("stopped");
    assert.ok(!box.state().pid, `pid was ${box.state().pid}`);
  },
);

rule(
  "annotations are those of the configuration",
  `${state}: "the list of annotations associated with the container"`,
  (box) => {
    const annotations = { "com.example.key": "value", "com.example.empty": "", "org.example.é": "ü\n" };
    box.launch(idle, (configuration) => {
      configuration.annotations = annotations;
    });
    assert.deepEqual(box.state().annotations, annotations);
  },
);

rule(
  "a relative --bundle is absolute in state",
  `${state}: "the absolute path to the container's bundle directory"`,
  (box) => {
    box.configure(idle);
    box.ok(["create", "--bundle", "bundle", box.id], { cwd: box.directory });
    assert.equal(box.state().bundle, box.bundle);
  },
);

rule("list begins with runc's header", `${list}: the default format is table`, (box) => {
  box.launch();
  const [header = "", row = ""] = box.ok(["list"]).split("\n");
  assert.deepEqual(header.trim().split(/\s+/), ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]);
  const { pid } = box.state();
  assert.deepEqual(row.split(/\s+/).slice(0, 4), [box.id, `${pid}`, "running", box.bundle]);
});

for (const flag of ["--quiet", "-q"]) {
  rule(`list ${flag} has ids alone`, list, (box) => {
    box.launch();
    assert.equal(box.ok(["list", flag]), `${box.id}\n`);
  });
}

for (const flags of [["--format", "json"], ["--format=json"], ["-f", "json"]]) {
  rule(`list ${flags.join(" ")} is what state says, in a list`, list, (box) => {
    box.launch();
    const [first, ...rest] = JSON.parse(box.ok(["list", ...flags]));
    const { id, pid, status, bundle } = box.state();
    assert.deepEqual([first.id, first.pid, first.status, first.bundle], [id, pid, status, bundle]);
    assert.deepEqual(rest, []);
  });
}

rule("list --format json without containers is null or an empty list", "go-runc decodes both", (box) => {
  const found: unknown = JSON.parse(box.ok(["list", "--format", "json"]));
  assert.deepEqual(found ?? [], []);
});

rule("list without containers is not an error", list, (box) => {
  assert.equal(box.ok(["list", "--quiet"]), "");
});

rule("list has every container of its --root, whatever its status", list, async (box) => {
  box.create("exit 0");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  const created = `${box.id}-b`;
  box.ok(["create", created]);
  const rows: Array<{ id: string; status: string }> = JSON.parse(box.ok(["list", "-f", "json"]));
  assert.deepEqual(rows.map(({ id, status }) => [id, status]).sort(), [
    [box.id, "stopped"],
    [created, "created"],
  ]);
});

rule("list with an unknown format is refused", list, (box) => {
  box.launch();
  box.refused(["list", "--format", "poem"]);
});

rule("a container is not seen from another --root", "man 8 runc, --root", (box) => {
  box.launch();
  box.refused(["--root", box.path("other-root"), "state", box.id]);
});
