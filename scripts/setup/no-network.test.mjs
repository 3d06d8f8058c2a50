import assert from "node:assert/strict";
import { test } from "node:test";
import { unlessNoNetwork } from "./no-network.mjs";
import { Refusal } from "./refusal.mjs";

const words = { what: "install x", where: "the registry", remedy: "Connect this machine" };

test("unlessNoNetwork says in one sentence that nobody could be reached", () => {
  const failures = [
    ["npm error request to https://a.example/x failed, reason: getaddrinfo EAI_AGAIN a.example", "EAI_AGAIN"],
    ["W: Failed to fetch http://a.example  Temporary failure resolving 'a.example'", "Temporary failure resolving"],
  ];
  for (const [said, sign] of failures) {
    const refusal = unlessNoNetwork(new Error(said), words);
    assert.ok(refusal instanceof Refusal);
    assert.equal(refusal.message, `Cannot install x: the registry cannot be reached (${sign})`);
    assert.equal(refusal.hint, "Connect this machine");
  }
});

test("unlessNoNetwork leaves any other failure as it is", () => {
  const failure = new Error("E: Unable to locate package x");
  assert.equal(unlessNoNetwork(failure, words), failure);
});
