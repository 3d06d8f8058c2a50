/** A plan whose first calls are made while the others are still being encoded, as the launcher's sysrun is given it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { test } from "node:test";
import { nativeProgram, parsePlan } from "../../src/1-kernel/mod.ts";
import { NO_MORE, PlanEncoder } from "../../src/1-kernel/plan/encode.ts";
import { ReportReader, type ReportRecord } from "../../src/1-kernel/plan/report.ts";

/** So many calls that the child's come in three pieces. It ends with what its parent had before there was a child. */
const PLAN = `program parent
  pipe2([$reader, $writer], 0)
  dup3($writer, 70, 0) = $copy
  clone3(clone_args{exit_signal=SIGCHLD}, 88, @child) = $child
  tell()
  wait4($child, [$status], 0, NULL)
program child
  pipe2([$other, $unused], 0)
  ${"getpid()\n  ".repeat(58)}
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
  close($other)
  exit_group($copy)`;

/** A sysrun that reads blocks where it writes records; `answer` is called when its first program has told. */
async function perform(answer: (socket: Duplex, rest: Generator<Uint8Array>) => void) {
  const encoder = new PlanEncoder(parsePlan(PLAN));
  const blocks = encoder.inPieces();
  const sysrun = spawn(nativeProgram("sysrun"), ["--plan", "3", "--report", "3"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const socket = sysrun.stdio[3] as Duplex;
  const reader = new ReportReader();
  const records: ReportRecord[] = [];
  socket.on("error", () => {});
  socket.on("data", (bytes: Buffer) => {
    const news = reader.read(bytes);
    records.push(...news);
    if (news.some(({ kind }) => kind === "TOLD")) answer(socket, blocks);
  });
  send(socket, blocks);
  const [code] = await once(sysrun, "close");
  const results = records.filter(({ kind }) => kind === "RESULT").map(({ op, value }) => [encoder.slots[op], value]);
  return { code, records, status: new Map(results as Array<[string, number]>).get("status") };
}

/** The next block, as it is now: the encoder uses its bytes again. */
function send(socket: Duplex, blocks: Generator<Uint8Array>): boolean {
  const next = blocks.next();
  if (!next.done) socket.write(Buffer.from(next.value));
  return !next.done;
}

function sendAll(socket: Duplex, blocks: Generator<Uint8Array>): number {
  let count = 0;
  while (send(socket, blocks)) count++;
  return count;
}

test("the first program goes on before the second is there, which comes in pieces and has the results of the first", async () => {
  let pieces = 0;
  const { code, status } = await perform((socket, rest) => {
    pieces = sendAll(socket, rest);
  });
  assert.deepEqual([pieces, code, status], [3, 0, 70 << 8]);
});

test("what fails in a later piece is told by its place in the program", async () => {
  const failing = PLAN.replace("close($other)", "close(99)");
  const encoder = new PlanEncoder(parsePlan(failing));
  const { records } = await perform((socket) => {
    const blocks = encoder.inPieces();
    blocks.next();
    sendAll(socket, blocks);
  });
  const failure = records.find(({ kind }) => kind === "FAILED");
  assert.deepEqual([failure?.program, failure?.op, failure?.error], [1, 60, 9]);
});

test("a process that is told there is no more says so and ends, at its first piece and later", async () => {
  for (const before of [0, 1, 2]) {
    const { records, status } = await perform((socket, rest) => {
      for (let sent = 0; sent < before; sent++) send(socket, rest);
      socket.write(NO_MORE);
    });
    assert.ok(
      records.some(({ kind, error }) => kind === "UNUSABLE" && error === 0),
      `${before} before`,
    );
    assert.equal(status, 123 << 8);
  }
});

test("a process whose calls never come ends when nobody is left to send them", async () => {
  for (const before of [0, 2]) {
    const { code, records } = await perform((socket, rest) => {
      for (let sent = 0; sent < before; sent++) send(socket, rest);
      socket.end();
    });
    assert.equal(code, 0);
    assert.ok(!records.some(({ kind }) => kind === "UNUSABLE"));
  }
});

test("what is no plan is refused where another block should be, too", async () => {
  const { records, status } = await perform((socket) => socket.write(Buffer.alloc(NO_MORE.length, 7)));
  assert.ok(records.some(({ kind }) => kind === "UNUSABLE"));
  assert.equal(status, 124 << 8);
});

test("before it gives up rights, limits or descriptors, a process has all of its calls", () => {
  const piecesOf = (before: number, after: number, giving: string) => {
    const [early, late] = [before, after].map((count) => "getpid()\n".repeat(count));
    const plan = `program a\nclone3(@b)\nprogram b\n${early}${giving}\n${late}`;
    return [...new PlanEncoder(parsePlan(plan)).inPieces()].length - 1;
  };
  // The last is where sysrun's own may be, if its caller has 200 and 201 open.
  for (const giving of ["prlimit64(0, RLIMIT_AS, NULL, NULL)", "close_range(3, 0xffffffff, 0)", "dup3(0, 202, 0)"]) {
    const pieces = [piecesOf(50, 100, giving), piecesOf(40, 100, giving), piecesOf(0, 100, giving)];
    assert.deepEqual(pieces, [3, 2, 1], giving);
  }
});
