/** `checkpoint` and `restore`, where there is no criu to do it: said clearly, and nothing happens. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Box, idle, MachineCannot } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-checkpoint";

function withoutCriu(): void {
  const found = (process.env.PATH ?? "").split(":").find((directory) => existsSync(`${directory}/criu`));
  if (found) throw new MachineCannot(`${found}/criu is here, and what it can do depends on the kernel`);
}

function failing(box: Box, flags: string[]): string {
  withoutCriu();
  box.launch();
  const paths = ["--image-path", box.path("image"), "--work-path", box.path("work")];
  return box.refused(["checkpoint", ...paths, ...flags, box.id]);
}

rule("checkpoint says that it is criu that is missing", "callers show this to the user", (box) => {
  assert.match(failing(box, []), /criu/i);
});

rule("the container runs on after a checkpoint that failed", source, (box) => {
  failing(box, []);
  assert.equal(box.state().status, "running");
  assert.equal(box.exec("true").code, 0);
});

rule("every flag of go-runc is known", "go-runc, CheckpointOpts", (box) => {
  const flags = [
    "--tcp-established",
    "--ext-unix-sk",
    "--shell-job",
    "--file-locks",
    "--leave-running",
    "--lazy-pages",
  ];
  const values = ["--manage-cgroups-mode", "soft", "--empty-ns", "network", "--status-fd", "1"];
  assert.match(failing(box, [...flags, ...values]), /criu/i);
});

for (const flags of [
  ["--detach", "-no-subreaper"],
  ["-d", "--no-subreaper", "--no-pivot", "--tcp-established"],
]) {
  rule(`restore ${flags.join(" ")} is refused for want of criu and makes nothing`, "go-runc, RestoreOpts", (box) => {
    withoutCriu();
    box.configure(idle);
    const said = box.refused(["restore", ...flags, "--image-path", box.path("image"), "--bundle", box.bundle, box.id]);
    assert.match(said, /criu|image/i);
    box.refused(["state", box.id]);
  });
}

rule("checkpoint of a container that has stopped is refused", source, async (box) => {
  box.create("exit 0");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  box.refused(["checkpoint", "--image-path", box.path("image"), box.id]);
});

rule("an absolute --parent-path is refused", "runc: --parent-path must be relative", (box) => {
  box.launch();
  const said = box.refused(["checkpoint", "--image-path", box.path("image"), "--parent-path", box.path(), box.id]);
  assert.match(said, /--parent-path/);
});

rule("checkpoint of a container that does not exist is refused", source, (box) => {
  box.refused(["checkpoint", "nobody"]);
});
