import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphChange, GraphNode, LabState, LiveEvent, TerminalInfo } from "@glassbox/protocol";
import { namespaceNode } from "@glassbox/protocol/example-nodes";
import { GlassboxError } from "@glassbox/runtime/base";
import { GraphLog } from "../observe/graph-log.ts";
import { LiveFeed } from "./live-socket.ts";

const node = (name: string, hostname: string): GraphNode => namespaceNode("uts", 1, { id: `ns:uts:${name}`, hostname });
const put = (name: string, hostname: string): GraphChange => ({ op: "put", node: node(name, hostname) });
const remove = (name: string): GraphChange => ({ op: "remove", id: `ns:uts:${name}` });
const stateOf = (lab: string, version: number): LabState => ({ lab, version, phase: "open", steps: [] });
const terminal: TerminalInfo = { id: "t1", lab: "lab-1", name: "main", pid: 42 };

/** A feed whose browser takes messages only when told to. */
function someFeed() {
  const log = new GraphLog({ removalsKept: 3 });
  const graph = Object.assign(log, { refresh: async () => {}, claim: () => {} });
  const listeners = new Set<(state: LabState) => void>();
  const sent: LiveEvent[] = [];
  let whenSent = () => {};
  const feed = new LiveFeed(
    {
      graph,
      labs: {
        state: (lab) => {
          if (lab === "lab-1") return stateOf(lab, 1);
          throw new GlassboxError("not found", `There is no lab "${lab}"`);
        },
        subscribe: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      terminals: { list: () => [terminal], subscribe: () => () => {} },
    },
    (event, done) => {
      sent.push(event);
      whenSent = done;
    },
  );
  /** The browser has taken the message on its way, and gets what waits, until nothing does. */
  const drain = () => {
    for (let before = -1; before !== sent.length; ) {
      before = sent.length;
      const takeIt = whenSent;
      whenSent = () => {};
      takeIt();
    }
    return sent.splice(0);
  };
  return { log, feed, sent, drain, say: (state: LabState) => listeners.forEach((listener) => void listener(state)) };
}

test("LiveFeed sends nothing before it is asked to follow", () => {
  const { log, sent } = someFeed();
  log.apply([put("a", "one")], 1000);
  assert.deepEqual(sent, []);
});

test("LiveFeed sends a snapshot, the terminals, then each change with the time it was noticed", () => {
  const { log, feed, drain } = someFeed();
  log.apply([put("a", "one")], 1000);
  feed.request({ type: "follow" });
  assert.deepEqual(drain(), [
    { type: "graph-snapshot", epoch: log.epoch, sequence: 1, nodes: [node("a", "one")] },
    { type: "terminals", terminals: [terminal] },
  ]);
  log.apply([put("b", "one")], 2000);
  assert.deepEqual(drain(), [
    {
      type: "graph-changes",
      epoch: log.epoch,
      fromSequence: 1,
      sequence: 2,
      noticedAtMs: 2000,
      changes: [put("b", "one")],
    },
  ]);
});

test("LiveFeed resumes from the number a browser names, and says so when nothing was missed", () => {
  const { log, feed, drain } = someFeed();
  log.apply([put("a", "one"), put("b", "one")], 1000);
  feed.request({ type: "follow", epoch: log.epoch, sequence: 1 });
  const changes = [put("b", "one")];
  assert.deepEqual(drain()[0], {
    type: "graph-changes",
    epoch: log.epoch,
    fromSequence: 1,
    sequence: 2,
    noticedAtMs: 1000,
    changes,
  });
  feed.request({ type: "follow", epoch: log.epoch, sequence: 2 });
  const [first] = drain();
  assert.deepEqual([first?.type, first?.type === "graph-changes" && first.changes], ["graph-changes", []]);
});

const unknowable = [
  { title: "another epoch", request: { type: "follow", epoch: "before the restart", sequence: 1 } as const },
  { title: "a number never given", request: { type: "follow", sequence: 77 } as const },
];
for (const { title, request } of unknowable) {
  test(`LiveFeed answers with a snapshot when the browser names ${title}`, () => {
    const { log, feed, drain } = someFeed();
    log.apply([put("a", "one")], 1000);
    feed.request(request);
    assert.equal(drain()[0]?.type, "graph-snapshot");
  });
}

test("LiveFeed keeps one message under way to a slow browser and then sends what it missed, merged", () => {
  const { log, feed, sent, drain, say } = someFeed();
  feed.request({ type: "watch-lab", lab: "lab-1" });
  feed.request({ type: "follow" });
  drain();
  log.apply([put("a", "0")], 1000);
  for (let n = 1; n <= 1000; n++) {
    log.apply([put("a", `${n}`)], 1000 + n);
    say(stateOf("lab-1", n));
  }
  log.apply([put("b", "one")], 3000);
  log.apply([remove("b")], 3001);
  assert.equal(sent.length, 1, "nothing is sent while a message is under way");
  const [, ...caughtUp] = drain();
  assert.deepEqual(
    caughtUp.sort((one, other) => one.type.localeCompare(other.type)),
    [
      {
        type: "graph-changes",
        epoch: log.epoch,
        fromSequence: 1,
        sequence: 1003,
        noticedAtMs: 2000,
        changes: [remove("b"), put("a", "1000")],
      },
      { type: "lab-state", state: stateOf("lab-1", 1000) },
    ],
  );
});

test("LiveFeed sends a snapshot to a browser so slow that what it missed is no longer kept", () => {
  const { log, feed, drain } = someFeed();
  feed.request({ type: "follow" });
  drain();
  log.apply([put("a", "one")], 1000);
  for (const name of ["b", "c", "d", "e"]) log.apply([put(name, "one"), remove(name)], 1000);
  log.apply([put("f", "one")], 1000);
  const [, second] = drain();
  assert.deepEqual(second, {
    type: "graph-snapshot",
    epoch: log.epoch,
    sequence: log.sequence,
    nodes: [node("a", "one"), node("f", "one")],
  });
});

test("LiveFeed sends the watched lab's states, not another's, and says when there is no such lab", () => {
  const { feed, drain, say } = someFeed();
  feed.request({ type: "watch-lab", lab: "lab-1" });
  assert.deepEqual(drain(), [{ type: "lab-state", state: stateOf("lab-1", 1) }]);
  feed.request({ type: "follow" });
  feed.request({ type: "watch-lab", lab: "lab-9" });
  drain();
  say(stateOf("lab-2", 5));
  say(stateOf("lab-1", 2));
  assert.deepEqual(drain(), [{ type: "lab-state", state: stateOf("lab-1", 2) }]);
  feed.request({ type: "watch-lab", lab: "lab-9" });
  assert.deepEqual(drain(), [{ type: "problem", message: 'There is no lab "lab-9"' }]);
});

test("LiveFeed.close stops listening", () => {
  const { log, feed, drain } = someFeed();
  feed.request({ type: "follow" });
  drain();
  feed.close();
  log.apply([put("a", "one")], 1000);
  assert.deepEqual([drain(), log.followed], [[], false]);
});
