import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { aptGet, lockHolder } from "./apt-get.mjs";

const held = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 421 (apt-get)";

test("lockHolder tells who has the lock, and nothing of other failures", () => {
  assert.equal(lockHolder(`Reading package lists...\n${held}\nE: Unable to lock directory`), "process 421 (apt-get)");
  assert.equal(
    lockHolder("E: Could not get lock /var/lib/dpkg/lock - open (11: Resource unavailable)"),
    "another program",
  );
  assert.equal(lockHolder("Waiting for cache lock: Could not get lock /x\nE: Unable to locate package sl"), undefined);
});

/** Runs `aptGet` on an apt-get that finds the lock held so many times; answers what was called and said. */
async function withAptGet({ timesHeld = 0, otherwise = "true", patienceMs = 60_000 }) {
  const folder = mkdtempSync(path.join(tmpdir(), "apt-get-"));
  const calls = path.join(folder, "calls");
  const script = `#!/bin/sh\necho "$LC_ALL $*" >>${calls}\n[ $(wc -l <${calls}) -gt ${timesHeld} ] || { echo '${held}' >&2; exit 100; }\n${otherwise}\n`;
  writeFileSync(path.join(folder, "apt-get"), script, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const said = [];
  const options = { log: "apt-get-test", hint: "", say: (text) => said.push(text), env, patienceMs, tryAgainMs: 1 };
  try {
    const failure = await aptGet(["update"], options).catch((thrown) => thrown);
    return { calls: readFileSync(calls, "utf8").trim().split("\n"), said, failure };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("aptGet waits while another has the lock, and says for whom", async () => {
  const { calls, said, failure } = await withAptGet({ timesHeld: 2 });
  assert.equal(failure, undefined);
  assert.deepEqual(calls, Array(3).fill("C.UTF-8 -o DPkg::Lock::Timeout=60 update"));
  assert.ok(said.includes("waiting for process 421 (apt-get), which installs or updates packages"), said.join("\n"));
});

test("aptGet gives up in the end, and names who had the lock", async () => {
  const { failure } = await withAptGet({ timesHeld: 1000, patienceMs: 50 });
  assert.match(
    failure.message,
    /^Cannot run apt-get update: for 0 minutes process 421 \(apt-get\) has been installing/,
  );
});

test("aptGet tries no second time what failed by itself", async () => {
  const { calls, failure } = await withAptGet({ otherwise: "echo 'E: Unable to locate package sl' >&2; exit 100" });
  assert.equal(calls.length, 1);
  assert.match(failure.message, /Unable to locate package sl/);
});
