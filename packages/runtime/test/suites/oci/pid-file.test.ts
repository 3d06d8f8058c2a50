/** `--pid-file`: digits and nothing else, there before the call returns. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { idle } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'runtime command line, create: "MUST write the container PID to this path"';

rule("create writes the pid of state without a newline", `${source}; Go callers use Atoi`, (box) => {
  box.configure(idle);
  box.ok(["create", "--pid-file", box.path("pid"), box.id]);
  assert.equal(readFileSync(box.path("pid"), "utf8"), `${box.state().pid}`);
});

rule("run --detach writes it too", "man 8 runc-run", (box) => {
  box.configure(idle);
  box.ok(["run", "--detach", "--pid-file", box.path("pid"), box.id]);
  assert.equal(readFileSync(box.path("pid"), "utf8"), `${box.state().pid}`);
});

rule("an old pid file is replaced", source, (box) => {
  box.configure(idle);
  for (let time = 0; time < 2; time += 1) {
    box.ok(["create", "--pid-file", box.path("pid"), box.id]);
    assert.equal(readFileSync(box.path("pid"), "utf8"), `${box.state().pid}`);
    box.ok(["delete", "--force", box.id]);
  }
});

rule("a relative path is relative to the caller", source, (box) => {
  box.configure(idle);
  box.ok(["create", "--bundle", box.bundle, "--pid-file", "here.pid", box.id], { cwd: box.directory });
  assert.ok(existsSync(join(box.directory, "here.pid")));
});

rule("a pid file that cannot be written is refused and leaves nothing", 'runtime.md "Errors"', (box) => {
  box.configure(idle);
  box.refused(["create", "--pid-file", box.path("no/such/directory/pid"), box.id]);
  box.refused(["state", box.id]);
});
