import assert from "node:assert/strict";
import { test } from "node:test";
import { ACK_EVERY_BYTES } from "@glassbox/protocol";
import { ByteLedger } from "./byte-ledger.ts";

test("ByteLedger acknowledges each time another portion has been parsed, and up to there", () => {
  const ledger = new ByteLedger();
  ledger.attached(0);
  const first = ledger.received(ACK_EVERY_BYTES - 1);
  assert.equal(ledger.parsed(first), undefined);
  const second = ledger.received(1);
  assert.equal(ledger.parsed(second), ACK_EVERY_BYTES);
  assert.equal(ledger.parsed(second), undefined);
});

test("ByteLedger names the first byte it lacks, for the next attach", () => {
  const ledger = new ByteLedger();
  ledger.attached(0);
  ledger.received(1000);
  assert.equal(ledger.nextByte, 1000);
});

test("ByteLedger tells how much was lost when the agent no longer keeps it", () => {
  const ledger = new ByteLedger();
  ledger.attached(0);
  ledger.received(1000);
  assert.equal(ledger.attached(5000), 4000);
  assert.equal(ledger.nextByte, 5000);
});

test("ByteLedger does not acknowledge an earlier socket's bytes on a new one", () => {
  const ledger = new ByteLedger();
  ledger.attached(0);
  const old = ledger.received(ACK_EVERY_BYTES * 2);
  ledger.attached(old);
  assert.equal(ledger.parsed(old), undefined);
  assert.equal(ledger.parsed(ledger.received(ACK_EVERY_BYTES)), ACK_EVERY_BYTES * 3);
});
