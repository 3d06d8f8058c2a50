/**
 * Holds the tables of docs/cgroups.md to the code: they are made here, from the writes that each field really gives.
 * `UPDATE_GOLDEN=1 node --import tsx --test ...` writes them anew.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { blockWeightToIoWeight } from "./block-io.ts";
import { sharesToWeight } from "./cpu.ts";
import { DEFAULT_DEVICE_RULES, formatDeviceRule } from "./devices.ts";
import type { CgroupLimits } from "./limits.ts";
import type { CgroupDirectory } from "./place.ts";
import { limitSteps, unmetLimits } from "./writes.ts";

const page = new URL("../../../../../docs/cgroups.md", import.meta.url);

const V1_TREES = ["blkio", "cpu", "cpuset", "devices", "hugetlb", "memory", "net_cls", "net_prio", "pids", "rdma"];
const place = (version: 1 | 2, controllers: string[]): CgroupDirectory => ({
  version,
  controllers,
  mountPoint: "/sys/fs/cgroup",
  path: "/web",
  directory: "/sys/fs/cgroup/web",
  ...(version === 2 ? { weighsIo: true } : {}),
});
const V1 = V1_TREES.map((controller) => place(1, [controller]));
const V2 = [place(2, ["cpu", "cpuset", "hugetlb", "io", "memory", "pids", "rdma"])];

const device = { major: 8, minor: 0 };
/** Every field of `linux.resources`, with a value. `checkBeforeUpdate` and `useHierarchy` are written nowhere. */
const examples: Array<[field: string, limits: CgroupLimits]> = [
  ["memory.limit", { memory: { limit: 67108864 } }],
  ["memory.limit", { memory: { limit: -1 } }],
  ["memory.swap", { memory: { limit: 67108864, swap: 100663296 } }],
  ["memory.reservation", { memory: { reservation: 33554432 } }],
  ["memory.swappiness", { memory: { swappiness: 10 } }],
  ["memory.disableOOMKiller", { memory: { disableOOMKiller: true } }],
  ["memory.kernel", { memory: { kernel: 1048576 } }],
  ["memory.kernelTCP", { memory: { kernelTCP: 1048576 } }],
  ["cpu.shares", { cpu: { shares: 512 } }],
  ["cpu.quota", { cpu: { quota: 50000 } }],
  ["cpu.quota", { cpu: { quota: -1 } }],
  ["cpu.period", { cpu: { period: 100000 } }],
  ["cpu.burst", { cpu: { burst: 20000 } }],
  ["cpu.idle", { cpu: { idle: 1 } }],
  ["cpu.realtimePeriod", { cpu: { realtimePeriod: 1000000 } }],
  ["cpu.realtimeRuntime", { cpu: { realtimeRuntime: 950000 } }],
  ["cpu.cpus", { cpu: { cpus: "0-1" } }],
  ["cpu.mems", { cpu: { mems: "0" } }],
  ["pids.limit", { pids: { limit: 100 } }],
  ["pids.limit", { pids: { limit: -1 } }],
  ["blockIO.weight", { blockIO: { weight: 100 } }],
  ["blockIO.leafWeight", { blockIO: { leafWeight: 100 } }],
  ["blockIO.weightDevice", { blockIO: { weightDevice: [{ ...device, weight: 100 }] } }],
  ["blockIO.throttleReadBpsDevice", { blockIO: { throttleReadBpsDevice: [{ ...device, rate: 1048576 }] } }],
  ["blockIO.throttleWriteBpsDevice", { blockIO: { throttleWriteBpsDevice: [{ ...device, rate: 1048576 }] } }],
  ["blockIO.throttleReadIOPSDevice", { blockIO: { throttleReadIOPSDevice: [{ ...device, rate: 100 }] } }],
  ["blockIO.throttleWriteIOPSDevice", { blockIO: { throttleWriteIOPSDevice: [{ ...device, rate: 100 }] } }],
  ["hugepageLimits", { hugepageLimits: [{ pageSize: "2MB", limit: 4194304 }] }],
  ["network.classID", { network: { classID: 1048577 } }],
  ["network.priorities", { network: { priorities: [{ name: "eth0", priority: 5 }] } }],
  ["rdma", { rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 } } }],
  ["unified", { unified: { "memory.high": "64M" } }],
];

const code = (text: string) => `\`${text}\``;

function table(header: string[], rows: string[][]): string {
  const all = [header, header.map(() => "---"), ...rows];
  return all.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** The example as in `config.json`, without what stands around it. */
function shownValue(field: string, limits: CgroupLimits): string {
  const [group = "", name] = field.split(".");
  const value: unknown = (limits as Record<string, unknown>)[group];
  return JSON.stringify(name === undefined ? value : (value as Record<string, unknown>)[name]);
}

function outcome(places: CgroupDirectory[], field: string, limits: CgroupLimits): string {
  const { warnings, missing } = unmetLimits(places, limits);
  if (warnings.length > 0) return "no effect, with a warning";
  if (missing.length > 0) return "refused";
  const pointer = `/linux/resources/${field.replace(".", "/")}`;
  const writes = places
    .flatMap((one) => limitSteps(one, limits))
    .flatMap((step) => (step.kind === "write" && step.from.startsWith(pointer) ? [step] : []));
  // Lowering a limit that is not there is not asked for: swap follows an unlimited memory.
  return writes.map(({ file, value }) => code(`${file}: ${value}`)).join(", ");
}

function fieldTable(): string {
  const rows = examples.map(([field, limits]) => [
    code(field),
    code(shownValue(field, limits)),
    outcome(V1, field, limits),
    outcome(V2, field, limits),
  ]);
  return table(["field", "value", "v1", "v2"], rows);
}

function conversionTable(): string {
  const pairs = [
    ...[2, 512, 1024, 262144].map((from) => ["cpu.shares", from, "cpu.weight", sharesToWeight(from)]),
    ...[10, 100, 500, 1000].map((from) => ["blockIO.weight", from, "io.weight", blockWeightToIoWeight(from)]),
  ];
  return table(
    ["field", "value", "v2 file", "value there"],
    pairs.map((cells) => cells.map((cell) => code(String(cell)))),
  );
}

function deviceTable(): string {
  const names: Record<string, string> = {
    "1:3": "null",
    "1:5": "zero",
    "1:7": "full",
    "1:8": "random",
    "1:9": "urandom",
    "5:0": "tty",
    "5:1": "console",
    "5:2": "ptmx",
  };
  const rows = DEFAULT_DEVICE_RULES.map((rule) => {
    const name = names[`${rule.major}:${rule.minor}`];
    const meaning = name
      ? `/dev/${name}`
      : rule.major === 136
        ? "terminals, /dev/pts/*"
        : "making a node, not opening it";
    return [code(formatDeviceRule(rule)), meaning];
  });
  return table(["rule", "what it allows"], rows);
}

const tables: Record<string, () => string> = {
  fields: fieldTable,
  conversions: conversionTable,
  devices: deviceTable,
};

for (const [name, make] of Object.entries(tables)) {
  test(`limitSteps writes what docs/cgroups.md says: ${name}`, () => {
    const text = readFileSync(page, "utf8");
    const [begin, end] = [`<!-- table: ${name} -->\n\n`, "\n<!-- end -->"];
    const from = text.indexOf(begin) + begin.length;
    const to = text.indexOf(end, from);
    assert.ok(from >= begin.length && to > from, `the page has no place for the table "${name}"`);
    if (process.env.UPDATE_GOLDEN) writeFileSync(page, text.slice(0, from) + make() + text.slice(to));
    else assert.equal(text.slice(from, to), make());
  });
}
