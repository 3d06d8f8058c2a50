import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { tokensFrom } from "./token-file.ts";

test("tokensFrom writes new tokens that only root can read, reads them again, and refuses anything else", (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "glassbox-tokens-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = path.join(dir, "tokens.json");
  const written = tokensFrom(file);
  assert.deepEqual(tokensFrom(file), written);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  for (const text of ["", "{}", JSON.stringify({ ...written, learner: "short" })]) {
    writeFileSync(file, text);
    assert.throws(() => tokensFrom(file), { message: `Cannot use the token file "${file}": it holds no tokens` });
  }
});
