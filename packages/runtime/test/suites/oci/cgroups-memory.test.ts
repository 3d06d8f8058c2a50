/** `resources.memory`: what stands in the controller's files, and that the limit kills. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { MachineCannot } from "./rig/box.ts";
import { type CgroupFile, readCgroup, versionOf } from "./rig/cgroup-files.ts";
import type { Resources } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "Memory"';
const mebibyte = 1 << 20;

const file = (v1?: string, v2?: string): CgroupFile => ({
  controller: "memory",
  ...(v1 !== undefined && { v1 }),
  ...(v2 !== undefined && { v2 }),
});

interface Setting {
  sentence: string;
  memory: NonNullable<Resources["memory"]>;
  file: CgroupFile;
  /** On v1 and on v2. */
  expected: readonly [string, string];
}

const settings: Setting[] = [
  {
    sentence: "limit is the limit of memory usage",
    memory: { limit: 64 * mebibyte },
    file: file("memory.limit_in_bytes", "memory.max"),
    expected: [`${64 * mebibyte}`, `${64 * mebibyte}`],
  },
  {
    sentence: "limit -1 is no limit",
    memory: { limit: -1 },
    file: file("memory.limit_in_bytes", "memory.max"),
    expected: ["9223372036854771712", "max"],
  },
  {
    sentence: "reservation is the soft limit",
    memory: { limit: 64 * mebibyte, reservation: 32 * mebibyte },
    file: file("memory.soft_limit_in_bytes", "memory.low"),
    expected: [`${32 * mebibyte}`, `${32 * mebibyte}`],
  },
  {
    // v2 counts swap apart from memory, the specification counts both together.
    sentence: "swap is the limit of memory and swap together",
    memory: { limit: 64 * mebibyte, swap: 96 * mebibyte },
    file: file("memory.memsw.limit_in_bytes", "memory.swap.max"),
    expected: [`${96 * mebibyte}`, `${32 * mebibyte}`],
  },
  {
    sentence: "swap -1 is no limit of swap",
    memory: { limit: 64 * mebibyte, swap: -1 },
    file: file("memory.memsw.limit_in_bytes", "memory.swap.max"),
    expected: ["9223372036854771712", "max"],
  },
  {
    sentence: "swappiness is the group's",
    memory: { swappiness: 7 },
    file: file("memory.swappiness"),
    expected: ["7", ""],
  },
  {
    sentence: "disableOOMKiller turns the killer off",
    memory: { limit: 64 * mebibyte, disableOOMKiller: true },
    file: file("memory.oom_control"),
    expected: ["oom_kill_disable 1", ""],
  },
];

for (const { sentence, memory, file, expected } of settings) {
  rule(sentence, source, (box) => {
    const version = versionOf("memory");
    if (version === 1 && file.v1?.includes("memsw") && !swapIsCounted())
      throw new MachineCannot("v1 does not count swap");
    if (version === 2 && file.v2 === undefined) throw new MachineCannot("cgroup v2 has no such setting");
    const pid = box.launch(undefined, (configuration) => {
      configuration.linux.resources.memory = memory;
    });
    assert.equal(readCgroup(pid, file).split("\n")[0], expected[version - 1]);
  });
}

function swapIsCounted(): boolean {
  try {
    readFileSync("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes");
    return true;
  } catch {
    return false;
  }
}

rule("without memory the container has no limit of its own", source, (box) => {
  const pid = box.launch();
  const expected = versionOf("memory") === 2 ? "max" : "9223372036854771712";
  assert.equal(readCgroup(pid, file("memory.limit_in_bytes", "memory.max")), expected);
});

rule("a program that takes more than limit is killed", `${source}: "sets limit of memory usage"`, (box) => {
  versionOf("memory");
  const { code, stdout } = box.run(
    "dd if=/dev/zero of=/dev/shm/x bs=1M count=48 2>/dev/null; echo still here",
    (configuration) => {
      configuration.linux.resources.memory = { limit: 24 * mebibyte, swap: 24 * mebibyte };
    },
  );
  // tmpfs pages count for whoever writes them: either dd is killed and the shell goes on, or the shell goes too.
  const killedShell = code === 128 + 9 && stdout === "";
  const killedDd = box.run("dd if=/dev/zero of=/dev/shm/x bs=1M count=48 2>/dev/null; echo $?", (configuration) => {
    configuration.linux.resources.memory = { limit: 24 * mebibyte, swap: 24 * mebibyte };
  });
  assert.ok(
    killedShell || killedDd.stdout === "137\n" || killedDd.code === 137,
    JSON.stringify({ code, stdout, killedDd }),
  );
});

rule(
  "a swap limit below the memory limit is refused",
  `${source}: swap is the limit of memory and swap together`,
  (box) => {
    versionOf("memory");
    box.rejects((configuration) => {
      configuration.linux.resources.memory = { limit: 64 * mebibyte, swap: 32 * mebibyte };
    });
  },
);
