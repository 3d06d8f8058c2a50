import assert from "node:assert/strict";
import { test } from "node:test";
import { criuConfig, errorsIn } from "./criu.ts";

test("criuConfig names the file that an annotation names, or none where it is empty", () => {
  assert.deepEqual(criuConfig({ "org.criu.config": "/etc/criu/web.conf" }), ["--config", "/etc/criu/web.conf"]);
  assert.deepEqual(criuConfig({ "org.criu.config": "" }), []);
});

test("errorsIn takes the last errors of a log without their times", () => {
  const log = `(00.01) Begin
(02.467233)      1: Error (criu/mount.c:753): mnt: 72:./proc/timer_list doesn't have a proper root mount
(03.403818) Error (criu/cr-dump.c:2053): Dumping FAILED.
`;
  assert.equal(
    errorsIn(log),
    "Error (criu/mount.c:753): mnt: 72:./proc/timer_list doesn't have a proper root mount; Error (criu/cr-dump.c:2053): Dumping FAILED.",
  );
});
