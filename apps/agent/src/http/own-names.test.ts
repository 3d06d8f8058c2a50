import assert from "node:assert/strict";
import { test } from "node:test";
import { type BoundAddress, isOwnHost, isOwnOrigin } from "./own-names.ts";

const loopback: BoundAddress = { host: "127.0.0.1", port: 4100, alsoAllowed: [] };
const forwarded = { host: "127.0.0.1", port: 4100, alsoAllowed: ["lab.local", "127.0.0.1:8080"] };
const everywhere = { host: "0.0.0.0", port: 4100, alsoAllowed: [] };

const hosts: Array<[bound: BoundAddress, host: string | undefined, own: boolean]> = [
  [loopback, "127.0.0.1:4100", true],
  [loopback, "localhost:4100", true],
  [loopback, "LOCALHOST:4100", true],
  [loopback, "[::1]:4100", true],
  [loopback, "localhost:4101", false],
  [loopback, "localhost", false],
  [loopback, "evil.example:4100", false],
  [loopback, "localhost.evil.example:4100", false],
  [loopback, "192.0.2.7:4100", false],
  [loopback, undefined, false],
  [{ ...loopback, port: 80 }, "localhost", true],
  [{ ...loopback, host: "fe80::1" }, "[fe80::1]:4100", true],
  [forwarded, "lab.local:4100", true],
  [forwarded, "127.0.0.1:8080", true],
  [forwarded, "lab.local:8080", false],
  [everywhere, "192.0.2.7:4100", true],
  [everywhere, "[2001:db8::1]:4100", true],
  [everywhere, "192.0.2.7:80", false],
  [everywhere, "evil.example:4100", false],
];
for (const [bound, host, own] of hosts) {
  test(`isOwnHost("${host}") is ${own} when bound to ${JSON.stringify(bound)}`, () => {
    assert.equal(isOwnHost(host, bound), own);
  });
}

const origins: Array<[origin: string | undefined, own: boolean]> = [
  ["http://localhost:4100", true],
  ["https://localhost:4100", true],
  ["http://localhost:4101", false],
  ["http://127.0.0.1:4100", false],
  ["http://evil.example", false],
  ["null", false],
  [undefined, false],
];
for (const [origin, own] of origins) {
  test(`isOwnOrigin("${origin}") is ${own} for a request to localhost:4100`, () => {
    assert.equal(isOwnOrigin(origin, "localhost:4100"), own);
  });
}
