import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { PROCESS_NAME, takeRunDir } from "./pid-file.ts";

test("takeRunDir writes the pid, takes over from the dead, respects the living, and gives back", (t) => {
  const runDir = mkdtempSync(path.join(tmpdir(), "glassbox-pid-"));
  t.after(() => rmSync(runDir, { recursive: true }));
  const file = path.join(runDir, "glassboxd.pid");
  const giveBack = takeRunDir(runDir);
  assert.equal(readFileSync(file, "utf8"), `${process.pid}\n`);
  giveBack();
  assert.equal(existsSync(file), false);

  writeFileSync(file, "1\n"); // somebody lives under that number, but no agent
  takeRunDir(runDir)();

  const program = path.join(runDir, PROCESS_NAME);
  copyFileSync("/bin/sleep", program);
  const other = spawn(program, ["1000"]);
  t.after(() => other.kill());
  writeFileSync(file, `${other.pid}\n`);
  return new Promise<void>((resolve) => other.once("spawn", resolve)).then(() => {
    assert.throws(() => takeRunDir(runDir), {
      message: `Cannot start: another Glassbox agent, pid ${other.pid}, uses "${runDir}"`,
    });
  });
});
