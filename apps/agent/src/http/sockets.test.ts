import assert from "node:assert/strict";
import { test } from "node:test";
import { INPUT_MAX_BYTES, LIVE_REQUEST_MAX_BYTES } from "@glassbox/protocol";
import { namespaceNode } from "@glassbox/protocol/example-nodes";
import { until } from "../testing/until.ts";
import { type Browser, runAgent, TOKENS } from "./testing/running-agent.ts";

const attach = { type: "attach", fromByte: 0, columns: 80, rows: 24 };

async function openTerminal(learner: Browser): Promise<string> {
  const answer = await learner.post("/api/terminals", { lab: "lab-1", name: "main", columns: 80, rows: 24 });
  return JSON.parse(answer.text).id;
}

async function openLive(browser: Browser) {
  return browser.open(`/ws/live?ticket=${await browser.ticket({ for: "live" })}`);
}

/** A browser on a terminal that collects output and acknowledges it. */
async function watchTerminal(browser: Browser, terminal: string) {
  const ticket = await browser.ticket({ for: "terminal", terminal });
  const opened = await browser.open(`/ws/terminal?ticket=${ticket}`);
  const seen = Object.assign(opened, { text: "", bytes: 0 });
  opened.socket.on("message", (data: Buffer, isBinary) => {
    if (!isBinary) return;
    seen.bytes += data.length;
    seen.text = (seen.text + data.toString("latin1")).slice(-10_000);
    seen.send({ type: "ack", upToByte: seen.bytes });
  });
  seen.send(attach);
  await until("it is attached", () => seen.notices.some(({ type }) => type === "attached"));
  return seen;
}

test("A socket is refused under another name, to another site's page, and without a session", async (t) => {
  const { signIn, host } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const refusals: Array<[headers: Record<string, string>, status: number]> = [
    [{ host: "evil.example" }, 421],
    [{ origin: "http://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: `http://${host}`, cookie: "" }, 401],
  ];
  for (const [headers, status] of refusals) {
    const ticket = await learner.ticket({ for: "live" });
    const { refused } = await learner.open(`/ws/live?ticket=${ticket}`, headers);
    assert.equal(refused?.status, status, JSON.stringify(headers));
  }
});

test("A ticket opens one socket, once, of its own session, and only what it is for", async (t) => {
  const { signIn } = await runAgent(t);
  const [learner, other] = [await signIn(TOKENS.learner), await signIn(TOKENS.learner)];
  const ticket = await learner.ticket({ for: "live" });
  assert.equal((await learner.open(`/ws/live?ticket=${ticket}`)).refused, undefined);
  const refused = { status: 403, message: "The ticket is unknown, used, too old or for something else" };
  assert.deepEqual((await learner.open(`/ws/live?ticket=${ticket}`)).refused, refused, "replayed");
  const stolen = await learner.ticket({ for: "live" });
  assert.deepEqual((await other.open(`/ws/live?ticket=${stolen}`)).refused, refused, "of another session");
  const terminal = await learner.ticket({ for: "terminal", terminal: "t1" });
  assert.deepEqual((await learner.open(`/ws/live?ticket=${terminal}`)).refused, refused, "for something else");
  assert.deepEqual((await learner.open("/ws/live")).refused, refused, "without one");
  assert.equal((await learner.open("/ws/nothing")).refused?.status, 404);
});

test("A session has 32 sockets and no more", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  for (let opened = 0; opened < 32; opened++) assert.equal((await openLive(learner)).refused, undefined);
  assert.equal((await openLive(learner)).refused?.status, 429);
  assert.equal((await openLive(await signIn(TOKENS.learner))).refused, undefined, "another session has its own");
});

const badMessages: Array<[title: string, message: string | Buffer, code: number, reason: RegExp]> = [
  ["longer than a request can be", JSON.stringify({ type: "x".repeat(LIVE_REQUEST_MAX_BYTES) }), 1009, /^$/],
  ["not JSON", "{", 1008, /^Not a message of this protocol/],
  ["of no known type", '{"type":"sudo"}', 1008, /^Not a message of this protocol/],
  ["of the wrong shape", '{"type":"watch-lab","lab":7}', 1008, /lab: Invalid input: expected string, received number$/],
  ["binary", Buffer.from("{}"), 1003, /^Messages here are text$/],
];
for (const [title, message, code, reason] of badMessages) {
  test(`A message that is ${title} closes the socket with ${code}`, async (t) => {
    const { signIn } = await runAgent(t);
    const opened = await openLive(await signIn(TOKENS.learner));
    opened.socket.send(message);
    await until("it is closed", () => opened.closed !== undefined);
    assert.equal(opened.closed?.code, code);
    assert.match(opened.closed?.reason ?? "", reason);
  });
}

test("Input longer than a terminal takes closes the socket", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const terminal = await openTerminal(learner);
  for (const [bytes, code] of [
    [INPUT_MAX_BYTES + 1, 1008],
    [8 * INPUT_MAX_BYTES, 1009],
  ] as const) {
    const seen = await watchTerminal(learner, terminal);
    seen.send({ type: "input", data: "x".repeat(bytes) });
    await until("it is closed", () => seen.closed !== undefined);
    assert.equal(seen.closed?.code, code);
  }
});

test("Too many messages close the socket", async (t) => {
  const { signIn } = await runAgent(t);
  const opened = await openLive(await signIn(TOKENS.learner));
  for (let sent = 0; sent < 100; sent++) opened.send({ type: "watch-lab", lab: "lab-1" });
  await until("it is closed", () => opened.closed !== undefined);
  assert.deepEqual(opened.closed, { code: 1008, reason: "More than 5 messages a second" });
});

test("A terminal is attached to before anything else, and once", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const terminal = await openTerminal(learner);
  const first = await learner.open(`/ws/terminal?ticket=${await learner.ticket({ for: "terminal", terminal })}`);
  first.send({ type: "input", data: "echo too soon\n" });
  const second = await watchTerminal(learner, terminal);
  second.send(attach);
  await until("both are closed", () => first.closed !== undefined && second.closed !== undefined);
  const closed = { code: 1008, reason: '"attach" is the first message, and only the first' };
  assert.deepEqual([first.closed, second.closed], [closed, closed]);
});

test("A terminal that is not there refuses in words", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const opened = await learner.open(
    `/ws/terminal?ticket=${await learner.ticket({ for: "terminal", terminal: "gone" })}`,
  );
  opened.send(attach);
  await until("it is closed", () => opened.closed !== undefined);
  const message = 'Cannot find terminal "gone": it was closed, or the agent was started anew';
  assert.deepEqual(opened.notices, [{ type: "refused", message }]);
});

test("A viewer sees a terminal and cannot type, interrupt or resize it", async (t) => {
  const { signIn } = await runAgent(t);
  const [learner, viewer] = [await signIn(TOKENS.learner), await signIn(TOKENS.viewer)];
  const terminal = await openTerminal(learner);
  const typing = await watchTerminal(learner, terminal);
  const watching = await watchTerminal(viewer, terminal);
  watching.send({ type: "input", data: "echo from the viewer\n" });
  watching.send({ type: "resize", columns: 11, rows: 11 });
  watching.send({ type: "interrupt" });
  await until("both are refused", () => watching.notices.length === 3);
  const refused = { type: "refused", message: "Cannot type here: a viewer only watches" };
  assert.deepEqual(watching.notices.slice(1), [refused, refused]);
  typing.send({ type: "input", data: "stty size; echo do''ne\n" });
  await until("the viewer sees what the learner does", () => watching.text.includes("done\r\n"));
  assert.match(watching.text, /24 80/);
  assert.doesNotMatch(watching.text, /from the viewer/);
});

test("Typing, its output, the shell's end and the terminals list reach the browser", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const live = await openLive(learner);
  live.send({ type: "follow" });
  const terminal = await openTerminal(learner);
  const seen = await watchTerminal(learner, terminal);
  seen.send({ type: "input", data: "printf 'gr\\303\\274n\\n'; exit 3\n" });
  await until("it ends", () => seen.notices.length === 2);
  assert.ok(Buffer.from(seen.text, "latin1").toString("utf8").includes("grün\r\n"));
  assert.deepEqual(seen.notices[1], { type: "ended", reason: "ended with exit code 3" });
  const endsListed = () => {
    const latest = live.notices.filter(({ type }) => type === "terminals").at(-1)?.terminals;
    return (latest as Array<{ ended?: string }>).map(({ ended }) => ended);
  };
  await until("the list says so", () => endsListed()[0] !== undefined);
  assert.deepEqual(endsListed(), ["ended with exit code 3"]);
  assert.equal((await learner.ask(`/api/terminals/${terminal}`, { method: "DELETE" })).status, 204);
  assert.deepEqual(JSON.parse((await learner.ask("/api/terminals")).text), []);
});

test("A slow browser on the live socket costs no queue and then catches up", async (t) => {
  const { signIn, log } = await runAgent(t);
  const live = await openLive(await signIn(TOKENS.learner));
  live.send({ type: "follow" });
  await until("it has the snapshot", () => live.notices.length === 2);
  live.socket.pause();
  const heldBefore = process.memoryUsage().rss;
  const large = "x".repeat(20_000);
  for (let round = 1; round <= 5_000; round++) {
    const node = namespaceNode("uts", round % 20, { hostname: `${round} ${large}` });
    log.apply([{ op: "put", node }], round);
    if (round % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const grewBytes = process.memoryUsage().rss - heldBefore;
  assert.ok(grewBytes < 60_000_000, `100 MB of changes grew memory by ${grewBytes} bytes`);
  live.socket.resume();
  await until("it has caught up", () => live.notices.at(-1)?.sequence === log.sequence);
  const folded = new Map<string, string>();
  let sequence = 0;
  for (const notice of live.notices) {
    if (notice.type !== "graph-changes") continue;
    assert.equal(notice.fromSequence, sequence, "no number is skipped");
    sequence = notice.sequence as number;
    for (const { node } of notice.changes as Array<{ node: { id: string; hostname: string } }>)
      folded.set(node.id, node.hostname);
  }
  assert.deepEqual(
    [...folded].sort(),
    [...log.nodes.values()].map((node) => [node.id, node.kind === "namespace" ? node.hostname : ""]).sort(),
  );
});
