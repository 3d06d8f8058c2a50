import assert from "node:assert/strict";
import { test } from "node:test";
import { GlassboxError } from "../../0-base/mod.ts";
import { Moments } from "./moments.ts";

test("Moments begins none before the one before it is through, and knows when all are", async () => {
  const said: string[] = [];
  let through = () => {};
  const slow = new Promise<void>((resolve) => {
    through = resolve;
  });
  const moments = new Moments([
    () => slow.then(() => void said.push("first")),
    async () => void said.push("second"),
    async () => void said.push("not due"),
  ]);
  moments.next();
  moments.next();
  assert.deepEqual(said, []);
  through();
  await moments.through();
  assert.deepEqual(said, ["first", "second"]);
  assert.equal(moments.signal.aborted, false);
});

test("Moments stops the plan at the first failure, and takes that for the cause", async () => {
  const moments = new Moments([() => Promise.reject(new Error("first")), () => Promise.reject(new Error("second"))]);
  moments.next();
  moments.next();
  await moments.through();
  assert.equal(moments.signal.aborted, true);
  assert.deepEqual(moments.causeOf(new GlassboxError("cancelled", "the plan was cancelled")), new Error("first"));
});

test("Moments leaves a plan's own failure alone when none of its own failed", () => {
  const ended = new GlassboxError("cancelled", "the plan was cancelled");
  assert.equal(new Moments([]).causeOf(ended), ended);
});
