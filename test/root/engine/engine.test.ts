/**
 * The small engine (`packages/runtime/engine`) beside Node: the same questions get the same answers. It links a program of
 * its own, for which the engine must have been built.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { makeEngineProgram } from "../../../scripts/build/planner/engine-program.mjs";
import { answers } from "./answers.ts";

const planner = fileURLToPath(new URL("../../../build/native/planner", import.meta.url));

const absent = existsSync(planner)
  ? false
  : "the planner has not been built: see what npm test said of it at its start";

describe("the small engine", { skip: absent }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "engine-test-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("answers as Node does", async () => {
    const program = join(folder, "asking");
    await makeEngineProgram({ entry: fileURLToPath(new URL("in-the-engine.ts", import.meta.url)), output: program });
    const place = join(folder, "place");
    const umask = process.umask(0o022);
    try {
      process.env.ASKED = "yes = ä";
      mkdirSync(place);
      const ofNode = JSON.parse(JSON.stringify(await answers(place)));
      rmSync(place, { recursive: true });
      mkdirSync(place);
      const ofEngine = JSON.parse(execFileSync(program, [place], { encoding: "utf8" }));
      assert.ok(Object.keys(ofNode).length > 80);
      const differing = Object.keys(ofNode).filter(
        (question) => !isDeepStrictEqual(ofEngine[question], ofNode[question]),
      );
      const pick = (from: Record<string, unknown>) => differing.map((question) => [question, from[question]]);
      assert.deepEqual(pick(ofEngine), pick(ofNode));
    } finally {
      process.umask(umask);
      delete process.env.ASKED;
    }
  });

  test("becomes the larger planner for what it cannot do", () => {
    const { status, stdout } = spawnSync(planner, ["features"], { encoding: "utf8" });
    assert.equal(status, 0);
    assert.ok(JSON.parse(stdout).ociVersionMax);
  });

  test("is not ended by a pipe that nobody reads", () => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    const [reader, writer] = [openSync(fifo, "r+"), openSync(fifo, "w")];
    closeSync(reader);
    const { status, signal } = spawnSync(planner, ["list"], { stdio: ["ignore", writer, "pipe"] });
    closeSync(writer);
    assert.deepEqual([status, signal], [0, null]);
  });

  test("has the file of a bundle nested too deeply refused in words", () => {
    const bundle = join(folder, "bundle");
    mkdirSync(bundle);
    const depth = 200_000;
    execFileSync("sh", ["-c", `head -c ${depth} /dev/zero | tr '\\0' '[' > "$1/config.json"`, "sh", bundle]);
    const { status, stderr, signal } = spawnSync(planner, ["run", "--bundle", bundle, "deep"], { encoding: "utf8" });
    assert.deepEqual([status, signal], [1, null], stderr);
    assert.match(stderr, /config\.json/);
  });
});
