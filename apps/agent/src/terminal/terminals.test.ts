import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { HIGH_WATER_BYTES, LOW_WATER_BYTES, SCROLLBACK_BYTES } from "@glassbox/protocol";
import { until } from "../testing/until.ts";
import { Terminals } from "./terminals.ts";

/** Real shells in a directory of their own, in no cgroup; all closed when the test ends. */
function someTerminals(t: TestContext, { cgroupProcsFiles = [] as string[], stalledAfterMs = 60_000 } = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), "glassbox-terminals-"));
  const cwd = path.join(dir, "work");
  mkdirSync(cwd);
  const claimed: Array<{ pid: number; lab: string }> = [];
  const terminals = new Terminals({
    labShells: { shellFor: async () => ({ cwd, env: {}, cgroupProcsFiles }) },
    claim: (pid, lab) => claimed.push({ pid, lab }),
    binDir: "/opt/glassbox/bin",
    runDir: path.join(dir, "run"),
    stalledAfterMs,
  });
  t.after(async () => {
    await terminals.closeAll();
    rmSync(dir, { recursive: true });
  });
  const open = (name: string, lab = "lab-0") => terminals.create({ lab, name, columns: 80, rows: 24 });
  return { terminals, claimed, open, dir };
}

/** Follows like a browser: collects the output, acknowledges it unless told not to. */
function watch(terminals: Terminals, id: string, { fromByte = 0, acknowledges = true } = {}) {
  const seen = {
    text: "",
    bytes: 0,
    ended: undefined as string | undefined,
    firstByte: -1,
    stalled: false,
    acknowledges,
  };
  const following = terminals.follow(id, fromByte, {
    onOutput: (from, bytes) => {
      if (seen.firstByte < 0) seen.firstByte = from;
      seen.bytes = from + bytes.length;
      seen.text = (seen.text + Buffer.from(bytes).toString("latin1")).slice(-4 * SCROLLBACK_BYTES);
      if (seen.acknowledges) following.ack(seen.bytes);
    },
    onEnded: (reason) => {
      seen.ended = reason;
    },
    onStalled: () => {
      seen.stalled = true;
    },
  });
  return Object.assign(seen, { following });
}

/** It gets there, and goes no further while one could have. */
async function restsAt(wanted: number, what: string, count: () => number): Promise<void> {
  await until(`it gets ${what}`, () => count() >= wanted);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(count(), wanted, what);
}

const childrenOf = (pid: number): string => readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
const living = (pid: number): boolean => readdirSync("/proc").includes(String(pid));

test("Terminals.create starts a shell in the lab's directory, claims it, and returns the running one when asked again", async (t) => {
  const { terminals, claimed, open } = someTerminals(t);
  const first = await open("main");
  const [again, other] = await Promise.all([open("main"), open("side")]);
  assert.deepEqual(again, first);
  assert.deepEqual(
    terminals.list().map(({ lab, name, pid }) => ({ lab, name, pid })),
    [
      { lab: "lab-0", name: "main", pid: first.pid },
      { lab: "lab-0", name: "side", pid: other.pid },
    ],
  );
  assert.deepEqual(claimed, [
    { pid: first.pid, lab: "lab-0" },
    { pid: other.pid, lab: "lab-0" },
  ]);
  const seen = watch(terminals, first.id);
  terminals.input(first.id, `echo "$PATH|$TERM|\${HISTFILE-no history}|$(pwd)" | tr a-z a-z\n`);
  await until("it answers", () =>
    seen.text.includes(
      `/opt/glassbox/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|xterm-256color|no history|${tmpdir()}`,
    ),
  );
});

test("A shell shows as plain bash, has a bashrc in the parent of its directory, and leaves one that is not ours alone", async (t) => {
  const { terminals, open, dir } = someTerminals(t);
  const { id, pid } = await open("main");
  const seen = watch(terminals, id);
  await until("the prompt is there", () => seen.text.includes(":~/work# "));
  assert.equal(readFileSync(`/proc/${pid}/cmdline`, "latin1"), "bash\0");
  assert.match(readFileSync(path.join(dir, ".bashrc"), "utf8"), /^# Written by Glassbox/);
  const before = statSync(path.join(dir, ".bashrc"), { bigint: true });
  await open("again");
  const after = statSync(path.join(dir, ".bashrc"), { bigint: true });
  assert.deepEqual(
    [after.ino, after.mtimeNs],
    [before.ino, before.mtimeNs],
    "a shell that still reads it is not disturbed",
  );
  writeFileSync(path.join(dir, ".bashrc"), "PS1='mine> '");
  const other = watch(terminals, (await open("other")).id);
  await until("that prompt is there", () => other.text.includes("mine> "));
});

test("Terminals.create gives one name one shell when two ask at once", async (t) => {
  const { terminals, open } = someTerminals(t);
  const [one, two] = await Promise.all([open("main"), open("main")]);
  assert.deepEqual(one, two);
  assert.equal(terminals.list().length, 1);
});

test("Terminals.rename renames for everybody, and refuses a name that another terminal of the lab has", async (t) => {
  const { terminals, open } = someTerminals(t);
  const [main, other] = [await open("main"), await open("other")];
  await open("main", "lab-1");
  const lists: string[][] = [];
  terminals.subscribe((list) => lists.push(list.map(({ name }) => name)));
  assert.equal(terminals.rename(other.id, "watcher").name, "watcher");
  assert.deepEqual(lists, [["main", "watcher", "main"]]);
  assert.equal((await open("watcher")).id, other.id);
  assert.throws(
    () => terminals.rename(main.id, "watcher"),
    /Cannot rename terminal "main": there is another named "watcher"/,
  );
  assert.throws(() => terminals.rename("no-such", "x"), { category: "not found" });
});

test("Terminals.create starts explorer shells in /root", async (t) => {
  const { terminals, open } = someTerminals(t);
  const { id } = await open("main", "explorer");
  const seen = watch(terminals, id);
  terminals.input(id, "echo at=$(pwd)\n");
  await until("it answers", () => seen.text.includes("at=/root"));
});

test("A shell that may not join its cgroup never becomes a bash outside of it", async (t) => {
  const { terminals, open } = someTerminals(t, { cgroupProcsFiles: ["/proc/nowhere/cgroup.procs"] });
  const { id } = await open("main");
  const seen = watch(terminals, id);
  await until("it ends", () => seen.ended !== undefined);
  assert.equal(seen.ended, "ended with exit code 126");
  assert.match(seen.text, /Cannot start the shell: it may not join the cgroup of "\/proc\/nowhere\/cgroup.procs"/);
});

test("Terminals.resize is seen by stty size", async (t) => {
  const { terminals, open } = someTerminals(t);
  const { id } = await open("main");
  const seen = watch(terminals, id);
  terminals.resize(id, 123, 45);
  terminals.input(id, "stty size\n");
  await until("stty answers", () => seen.text.includes("45 123"));
});

const ends: Array<[typed: string, reason: string]> = [
  ["exit\n", "ended with exit code 0"],
  ["exit 7\n", "ended with exit code 7"],
  ["kill -KILL $$\n", "killed by SIGKILL"],
];
for (const [typed, reason] of ends) {
  test(`A shell told ${JSON.stringify(typed)} ${reason}, and can still be read`, async (t) => {
    const { terminals, open } = someTerminals(t);
    const { id } = await open("main");
    terminals.input(id, "echo last$((1 + 1))words\n");
    const seen = watch(terminals, id);
    await until("it has spoken", () => seen.text.includes("last2words"));
    terminals.input(id, typed);
    await until("it ends", () => seen.ended !== undefined);
    assert.equal(seen.ended, reason);
    assert.deepEqual(
      terminals.list().map(({ ended }) => ended),
      [reason],
    );
    const later = watch(terminals, id);
    await until("the replay ends", () => later.ended !== undefined);
    assert.equal(later.text, seen.text);
    const next = await open("main");
    assert.notEqual(next.id, id, "an ended terminal gives way to a new one of its name");
    assert.equal(terminals.list().length, 1);
  });
}

test("Terminals.follow resumes at the byte asked for", async (t) => {
  const { terminals, open } = someTerminals(t);
  const { id } = await open("main");
  const whole = watch(terminals, id);
  terminals.input(id, "seq 1 20000; echo do''ne\n");
  await until("seq is done", () => /done\r\n.*# $/.test(whole.text));
  whole.following.stop();
  const from = whole.bytes - 5000;
  const rest = watch(terminals, id, { fromByte: from });
  await until("it has caught up", () => rest.bytes === whole.bytes);
  assert.equal(rest.firstByte, from);
  assert.equal(rest.text, whole.text.slice(-5000));
});

test("Terminals.follow begins at the oldest byte kept when older ones are asked for", async (t) => {
  const { terminals, open } = someTerminals(t);
  const { id } = await open("main");
  const whole = watch(terminals, id);
  terminals.input(id, `head -c ${SCROLLBACK_BYTES + 300_000} /dev/zero | tr '\\0' x; echo do''ne\n`);
  await until("it is done", () => /done\r\n.*# $/.test(whole.text));
  const late = watch(terminals, id);
  await until("it has caught up", () => late.bytes === whole.bytes);
  assert.equal(late.firstByte, whole.bytes - SCROLLBACK_BYTES);
  assert.equal(late.text, whole.text.slice(-SCROLLBACK_BYTES));
});

test("A follower that does not acknowledge makes the shell wait, and its acknowledgement lets it go on", async (t) => {
  const { terminals, open } = someTerminals(t);
  const { id } = await open("main");
  const slow = watch(terminals, id, { acknowledges: false });
  terminals.input(id, "yes\n");
  await restsAt(HIGH_WATER_BYTES, "as much as may be unacknowledged", () => slow.bytes);
  slow.following.ack(HIGH_WATER_BYTES - LOW_WATER_BYTES / 2);
  const again = 2 * HIGH_WATER_BYTES - LOW_WATER_BYTES / 2;
  await restsAt(again, "as much again as it acknowledged", () => slow.bytes);
  slow.acknowledges = true;
  slow.following.ack(slow.bytes);
  await until("it flows again", () => slow.bytes > 4 * HIGH_WATER_BYTES);
});

test("A follower that acknowledges nothing for long is let go, and the shell goes on for the others", async (t) => {
  const { terminals, open } = someTerminals(t, { stalledAfterMs: 300 });
  const { id } = await open("main");
  const frozen = watch(terminals, id, { acknowledges: false });
  const awake = watch(terminals, id);
  terminals.input(id, "yes\n");
  await until("the frozen one is let go", () => frozen.stalled);
  assert.equal(frozen.bytes, HIGH_WATER_BYTES);
  await until("it flows for the other", () => awake.bytes > 4 * HIGH_WATER_BYTES);
  assert.equal(awake.stalled, false);
});

test("A shell that nobody follows waits before anything is lost", async (t) => {
  const { terminals, open } = someTerminals(t);
  const { id, pid } = await open("main");
  terminals.input(id, "yes\n");
  await until("yes runs", () => childrenOf(pid) !== "");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const late = watch(terminals, id);
  await until("there is output", () => late.firstByte >= 0);
  assert.equal(late.firstByte, 0);
});

for (const how of ["Ctrl-C as input", "an interrupt"] as const) {
  test(`${how} stops a flood at once for a follower who keeps up`, async (t) => {
    const { terminals, open } = someTerminals(t);
    const { id } = await open("main");
    const seen = watch(terminals, id);
    terminals.input(id, "yes\n");
    await until("it floods", () => seen.bytes > HIGH_WATER_BYTES);
    const before = seen.bytes;
    if (how === "an interrupt") terminals.interrupt(id);
    else terminals.input(id, "\x03");
    await until("the prompt is back", () => /# $/.test(seen.text));
    assert.ok(seen.bytes - before < HIGH_WATER_BYTES, `${seen.bytes - before} more bytes came`);
  });
}

test("Ctrl-C passes a paste that the program in the terminal does not read", async (t) => {
  const { terminals, open } = someTerminals(t);
  const { id, pid } = await open("main");
  const seen = watch(terminals, id);
  terminals.input(id, "stty -icanon; echo re''ady; sleep 1000\n");
  await until("sleep runs", () => seen.text.includes("ready") && childrenOf(pid) !== "");
  for (let pasted = 0; pasted < 10; pasted++) terminals.input(id, "x".repeat(64 * 1024));
  assert.throws(() => {
    for (let pasted = 0; pasted < 20; pasted++) terminals.input(id, "x".repeat(64 * 1024));
  }, /more bytes of input: \d+ are waiting, and at most 1048576 may/);
  terminals.input(id, "\x03");
  await until("sleep is gone", () => childrenOf(pid) === "");
});

test("Terminals.close ends what ignores a hang-up, and takes the terminal off the list", async (t) => {
  const { terminals, open } = someTerminals(t);
  const { id, pid } = await open("main");
  const seen = watch(terminals, id);
  terminals.input(id, "(trap '' HUP INT; echo pid=$BASHPID=; while :; do sleep 1000; done) & wait\n");
  await until("the stubborn one runs", () => /pid=\d+=/.test(seen.text));
  const stubborn = Number(/pid=(\d+)=/.exec(seen.text)?.[1]);
  assert.ok(living(stubborn));
  await terminals.close(id);
  assert.deepEqual([living(pid), terminals.list()], [false, []]);
  await until("the stubborn one is gone", () => !living(stubborn));
  await terminals.close(id);
});
