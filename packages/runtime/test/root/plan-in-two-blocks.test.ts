/** A plan whose first program is performed while the rest is still being encoded, as the launcher's sysrun is given it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { test } from "node:test";
import { nativeProgram, parsePlan } from "../../src/1-kernel/mod.ts";
import { NO_MORE, PlanEncoder } from "../../src/1-kernel/plan/encode.ts";
import { ReportReader, type ReportRecord } from "../../src/1-kernel/plan/report.ts";

/** The child ends with what it was given by its parent, which had it before there was a child. */
const PLAN = `program parent
  pipe2([$reader, $writer], 0)
  clone3(clone_args{exit_signal=SIGCHLD}, 88, @child) = $child
  tell()
  wait4($child, [$status], 0, NULL)
program child
  close($reader)
  dup3($writer, 70, 0) = $copy
  exit_group($copy)`;

/** A sysrun that reads blocks where it writes records; `answer` is called when its first program has told. */
async function perform(answer: (socket: Duplex, encoder: PlanEncoder) => void) {
  const encoder = new PlanEncoder(parsePlan(PLAN));
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
    if (news.some(({ kind }) => kind === "TOLD")) answer(socket, encoder);
  });
  socket.write(encoder.encode(0, 1));
  const [code] = await once(sysrun, "close");
  const results = records.filter(({ kind }) => kind === "RESULT").map(({ op, value }) => [encoder.slots[op], value]);
  return { code, records, status: new Map(results as Array<[string, number]>).get("status") };
}

test("the first program goes on before the second is there, and the second has the results of the first", async () => {
  const { code, status } = await perform((socket, encoder) => socket.write(encoder.encode(1, 2)));
  assert.deepEqual([code, status], [0, 70 << 8]);
});

test("a process that is told there is no more says so and ends", async () => {
  const { records, status } = await perform((socket) => socket.write(NO_MORE));
  assert.ok(records.some(({ kind, error }) => kind === "UNUSABLE" && error === 0));
  assert.equal(status, 123 << 8);
});

test("a process whose program never comes ends when nobody is left to send it", async () => {
  const { code, records } = await perform((socket) => socket.end());
  assert.equal(code, 0);
  assert.ok(!records.some(({ kind }) => kind === "UNUSABLE"));
});

test("what is no plan is refused where a second block should be, too", async () => {
  const { records, status } = await perform((socket) => socket.write(Buffer.alloc(NO_MORE.length, 7)));
  assert.ok(records.some(({ kind }) => kind === "UNUSABLE"));
  assert.equal(status, 124 << 8);
});
