import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountinfo } from "@glassbox/runtime/kernel";
import { MountCommands } from "./mount-commands.ts";

const table = (...mounts: Array<[id: number, at: string]>) =>
  parseMountinfo(mounts.map(([id, at]) => `${id} 1 0:40 / ${at} rw,relatime - tmpfs none rw\n`).join(""));

function labsOf(commands: MountCommands, mounts: ReturnType<typeof table>): Array<string | undefined> {
  return mounts.map((mount) => commands.labOf(mount));
}

const commands: Array<[words: string, at: string | undefined]> = [
  ["mount -t tmpfs none b", "/no/b"],
  ["mount none b -o size=1m -t tmpfs", "/no/b"],
  ["mount --bind . ../no/b", "/no/b"],
  ["mount --rbind /no/a /no/b", "/no/b"],
  ["mount --target=/no/b", "/no/b"],
  ["mount --bind /no/c /no/x", undefined],
  ["mount -a", undefined],
  ["mount --bind /no/x /no", undefined],
  ["mount -o remount,ro /no/b", undefined],
  ["mount --make-rprivate /no/b", undefined],
  ["mount --move /no/x /no/b", undefined],
];
for (const [words, at] of commands) {
  test(`MountCommands takes what "${words}" mounted for its learner's, and nothing else`, () => {
    const commands = new MountCommands();
    commands.look(table([30, "/no/a"]), 0);
    commands.started("003-mount", "/no", words.split(" "), 0);
    const mounts = table([30, "/no/a"], [31, "/no/b"], [32, "/no/c"]);
    commands.look(mounts, 1);
    assert.deepEqual(labsOf(commands, mounts), [undefined, at && "003-mount", undefined]);
  });
}

test("MountCommands takes what came along with a recursive bind for its learner's too", () => {
  const commands = new MountCommands();
  commands.started("003-mount", "/", ["mount", "-o", "rbind", "/srv", "/no"], 0);
  const mounts = table([30, "/no"], [31, "/no/b"], [32, "/nob"]);
  commands.look(mounts, 1);
  assert.deepEqual(labsOf(commands, mounts), ["003-mount", "003-mount", undefined]);
});

test("MountCommands leaves what was there before to the machine, also when a learner mounts over it", () => {
  const commands = new MountCommands();
  commands.look(table([30, "/no/a"]), 0);
  commands.started("003-mount", "/", ["mount", "--bind", "/no/x", "/no/a"], 0);
  const mounts = table([30, "/no/a"], [31, "/no/a"]);
  commands.look(mounts, 1);
  assert.deepEqual(labsOf(commands, mounts), [undefined, "003-mount"]);
});

test("MountCommands forgets a command that nothing came of, and an id that was given out again", () => {
  const commands = new MountCommands();
  commands.started("003-mount", "/", ["mount", "none", "/no/a"], 0);
  commands.look(table([30, "/no/a"]), 1);
  const again = table([30, "/no/b"], [31, "/no/a"]);
  commands.look(again, 60_000);
  assert.deepEqual(labsOf(commands, again), [undefined, undefined]);
});
