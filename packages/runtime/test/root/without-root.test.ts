/** What glassrun says to a user who is not root: one sentence, before it has done anything. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const glassrun = fileURLToPath(new URL("../../bin/glassrun", import.meta.url));
const skip = process.getuid?.() === 0 ? false : "needs root, to become another user";
const NOBODY = 65534;
const work = mkdtempSync(join(tmpdir(), "without-root-"));
after(() => rmSync(work, { recursive: true, force: true }));

function asNobody(args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(glassrun, args, {
    uid: NOBODY,
    gid: NOBODY,
    cwd: "/",
    encoding: "utf8",
    timeout: 30_000,
  });
  return { code: status, out: stdout, err: stderr };
}

const commands: Array<[string[], number]> = [
  [["run", "--bundle", work, "web"], 1],
  [["create", "--bundle", work, "web"], 1],
  [["start", "web"], 1],
  [["exec", "web", "true"], 255],
  [["kill", "web"], 1],
  [["delete", "--force", "web"], 1],
  // State is root's alone to read, so "no containers" would be a lie.
  [["list"], 1],
  [["state", "web"], 1],
];

for (const [args, code] of commands) {
  test(`glassrun ${args[0]} says that it needs root`, { skip }, () => {
    assert.deepEqual(asNobody(args), {
      code,
      out: "",
      err:
        `glassrun: Cannot run "glassrun ${args[0]}" as user ${NOBODY}: it needs root, and rootless containers are not done yet\n` +
        "  hint: Run it with sudo; spec, plan and features need no root\n",
    });
  });
}

test("glassrun help, version and features need no root", { skip }, () => {
  for (const args of [["run", "--help"], ["--version"], ["features"]]) {
    const { code, err } = asNobody(args);
    assert.deepEqual([args, code, err], [args, 0, ""]);
  }
});
