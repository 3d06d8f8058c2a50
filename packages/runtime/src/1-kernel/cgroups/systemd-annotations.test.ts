import assert from "node:assert/strict";
import { test } from "node:test";
import { unitAnnotations } from "./systemd-annotations.ts";

const one = (name: string, text: string) => unitAnnotations({ [`org.systemd.property.${name}`]: text });

test("unitAnnotations says GVariant text in the words of unit files", () => {
  const cases: Array<[name: string, text: string, ...expected: string[]]> = [
    ["CollectMode", "'inactive-or-failed'", "CollectMode=inactive-or-failed"],
    ["Description", `"it's \\"quoted\\""`, `Description=it's "quoted"`],
    ["TimeoutStopUSec", "uint64 5000000", "TimeoutStopSec=5000000us"],
    ["TimeoutStopSec", "5", "TimeoutStopSec=5s"],
    ["TimeoutStopSec", "double 1.5", "TimeoutStopSec=1.5s"],
    ["TimeoutStopUSec", "uint64 18446744073709551615", "TimeoutStopSec=infinity"],
    ["CPUQuotaPerSecUSec", "uint64 500000", "CPUQuota=50%"],
    ["CPUWeight", "uint64 77", "CPUWeight=77"],
    ["TasksMax", "uint64 18446744073709551615", "TasksMax=infinity"],
    ["MemoryLow", "@t 4096", "MemoryLow=4096"],
    ["SendSIGHUP", "true", "SendSIGHUP=yes"],
    ["Before", "['a.target', 'b.target']", "Before=a.target", "Before=b.target"],
    ["Before", "@as []"],
  ];
  for (const [name, text, ...expected] of cases) assert.deepEqual(one(name, text), expected, `${name} ${text}`);
});

test("unitAnnotations leaves other annotations alone", () => {
  assert.deepEqual(unitAnnotations({ "org.opencontainers.image.title": "web", "org.systemd.other": "1" }), []);
});

test("unitAnnotations refuses names and values that it does not understand, and names the annotation", () => {
  for (const name of ["No", "Memory-Low", "Memory.Low", ""]) assert.throws(() => one(name, "1"), /name incorrect/);
  for (const text of ["", "word", "'open", "['a' 'b']", "[1, 2]", "'a' 'b'", "uint64 five", "<'a'>", "(1, 2)"]) {
    assert.throws(() => one("Before", text), /\/annotations\/org\.systemd\.property\.Before value parse error/);
  }
  assert.throws(() => one("TimeoutStopSec", "-1"), /a time is not negative/);
});
