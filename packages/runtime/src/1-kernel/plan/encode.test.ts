import assert from "node:assert/strict";
import { test } from "node:test";
import { GlassboxError } from "../../0-base/mod.ts";
import { encodePlan } from "./encode.ts";
import { parsePlan } from "./parse.ts";
import { HEADER, NO_SLOT, OP, OP_BYTES, OP_FLAG, PATCH, PATCH_BYTES, PATCH_KIND } from "./wire.ts";

/** The block taken apart again, the way sysrun walks it. */
function decode(text: string) {
  const { block, slots } = encodePlan(parsePlan(text));
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const u32 = (at: number) => view.getUint32(at, true);
  const kinds = Object.fromEntries(Object.entries(PATCH_KIND).map(([name, kind]) => [kind, name]));
  const [opsAt, patchesAt] = [u32(HEADER.ops), u32(HEADER.patches)];
  const ops = Array.from({ length: u32(HEADER.op_count) }, (_, index) => {
    const at = opsAt + index * OP_BYTES;
    const first = u32(at + OP.first_patch);
    const patches = Array.from({ length: u32(at + OP.patch_count) }, (_, patch) => {
      const start = patchesAt + (first + patch) * PATCH_BYTES;
      return {
        kind: kinds[u32(start + PATCH.kind)],
        at: u32(start + PATCH.at),
        from: u32(start + PATCH.from),
        size: u32(start + PATCH.size),
      };
    });
    const args = Array.from({ length: 6 }, (_, arg) => view.getBigUint64(at + OP.args + 8 * arg, true));
    return {
      at,
      args,
      patches,
      flags: u32(at + OP.flags),
      slot: u32(at + OP.result_slot),
      program: u32(at + OP.program),
    };
  });
  const stringAt = (at: number) => Buffer.from(block.subarray(at, block.indexOf(0, at))).toString();
  return { block, view, slots, ops, stringAt };
}

test("encodePlan puts numbers in place and points to strings", () => {
  const { ops, stringAt, slots } = decode('program a\nmount("proc", "/p", NULL, MS_NOSUID|MS_REC, NULL) = $done');
  const [op] = ops;
  assert.deepEqual(op?.args, [0n, 0n, 0n, 16386n, 0n, 0n]);
  assert.deepEqual(
    op?.patches.map(({ kind, at, from }) => [kind, at - (op?.at ?? 0), stringAt(from)]),
    [
      ["ADDRESS", 0, "proc"],
      ["ADDRESS", 8, "/p"],
    ],
  );
  assert.deepEqual([op?.slot, slots], [0, ["done"]]);
});

test("encodePlan lays structs out by the kernel's offsets, with pointers and results patched in", () => {
  const { ops, view, slots } = decode(`program a
    openat(AT_FDCWD, "/sys/fs/cgroup/x", O_PATH) = $group
    clone3(clone_args{flags=CLONE_INTO_CGROUP, pidfd=[$fd], exit_signal=SIGCHLD, cgroup=$group}, 88, @b) = $pid
    program b
    exit_group(0)`);
  const clone = ops[1];
  assert.ok(clone);
  const start = clone.patches.find(({ kind, at }) => kind === "ADDRESS" && at === clone.at)?.from ?? 0;
  assert.equal(view.getBigUint64(start, true), 0x2_0000_0000n, "flags");
  assert.equal(view.getBigUint64(start + 32, true), 17n, "exit_signal");
  assert.deepEqual(
    clone.patches.map(({ kind, at }) => [kind, at - start]),
    [
      ["OUT", clone.patches[0] ? clone.patches[0].at - start : 0],
      ["ADDRESS", 8],
      ["RESULT", 80],
      ["ADDRESS", clone.at - start],
    ],
  );
  assert.deepEqual([clone.args[1], clone.flags & OP_FLAG.CLONES, clone.program], [88n, OP_FLAG.CLONES, 1]);
  assert.deepEqual(slots, ["group", "fd", "pid"]);
  assert.equal(ops[2]?.slot, NO_SLOT);
});

test("encodePlan splits capability sets into the halves capset wants", () => {
  const { ops, view } = decode(
    "program a\ncapset(NULL, capability_sets{effective=1<<CAP_CHOWN|1<<CAP_BPF, permitted=1<<CAP_KILL, inheritable=0})",
  );
  const start = ops[0]?.patches[0]?.from ?? 0;
  const words = Array.from({ length: 6 }, (_, index) => view.getUint32(start + 4 * index, true));
  assert.deepEqual(words, [1, 1 << 5, 0, 1 << 7, 0, 0]);
});

test("encodePlan makes a template of literal and decimal pieces, and its length comes after them", () => {
  const { ops, stringAt } = decode(`program a
    getpid() = $me
    write(1, \`pid \${me}, really\`, strlen(args[1]))`);
  const op = ops[1];
  const room = op?.patches[0]?.at ?? 0;
  assert.deepEqual(
    op?.patches.map(({ kind, at, from, size }) => [
      kind,
      at === room,
      kind === "TEXT" ? stringAt(from).slice(0, size) : from,
    ]),
    [
      ["TEXT", true, "pid "],
      ["DECIMAL", false, 0],
      ["TEXT", false, ", really"],
      ["ADDRESS", false, room],
      ["LENGTH", false, room],
    ],
  );
});

test("encodePlan refuses a plan that makes no sense, naming program and call", () => {
  const cases: Array<[text: string, message: string]> = [
    ["", "Cannot encode a plan without programs"],
    ["program a\nprogram a", 'Cannot encode a plan with two programs named "a"'],
    ["program a\nprogram b", 'Cannot encode program "b": no earlier program clones it'],
    [
      "program a\nmuont()",
      `Cannot encode program "a", call 0 (muont): this machine's processor has no system call "muont"`,
    ],
    ["program a\nclose($x)", 'Cannot encode program "a", call 0 (close): no earlier call has a result "x"'],
    ["program a\nclose($x) = $x", 'Cannot encode program "a", call 0 (close): no earlier call has a result "x"'],
    [
      "program a\npipe2([$x]) = $y\nclone3(@b)\nprogram b\nclose($z)",
      'Cannot encode program "b", call 0 (close): no earlier call has a result "z"',
    ],
    [
      "program a\nclone3(clone_args{pidfd=[$fd]}, @b)\nprogram b\nclose($fd)",
      'Cannot encode program "b", call 0 (close): no earlier call has a result "fd"',
    ],
    ["program a\nclone3(@a)", 'Cannot encode program "a", call 0 (clone3): program "a" has to come later in the plan'],
    [
      'program a\nchdir("a\\u0000b")',
      'Cannot encode program "a", call 0 (chdir): the string "a\\u0000b" has a NUL in it',
    ],
    [
      "program a\nclose(1, 2, 3, 4, 5, 6, 7)",
      'Cannot encode program "a", call 0 (close): a call has at most 6 arguments',
    ],
    ["program a\nf(winsize{rows=1})", 'Cannot encode program "a", call 0 (f): struct winsize has no field "rows"'],
    ["program a\nf(winsize{ws_row=65536})", 'Cannot encode program "a", call 0 (f): 65536 does not fit into 2 bytes'],
    [
      "program a\nwrite(1, 2, strlen(args[1]))",
      'Cannot encode program "a", call 0 (write): argument 1 is no string that stands before its length',
    ],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => encodePlan(parsePlan(text)), {
      name: GlassboxError.name,
      category: "invalid argument",
      message,
    });
  }
});
