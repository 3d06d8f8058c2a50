import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeUnlessGone } from "./write-unless-gone.ts";

test("writeUnlessGone() writes what is there, passes over what is not, and keeps other errors", () => {
  const directory = mkdtempSync(join(tmpdir(), "write-unless-gone-"));
  try {
    const file = join(directory, "cgroup.freeze");
    writeFileSync(file, "1");
    writeUnlessGone(file, "0");
    assert.equal(readFileSync(file, "utf8"), "0");
    writeUnlessGone(join(directory, "gone/cgroup.freeze"), "0");
    assert.throws(() => writeUnlessGone(directory, "0"), { code: "EISDIR" });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
