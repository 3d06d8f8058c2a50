import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import type { WebSocket } from "ws";
import type { TerminalFollower } from "./backend.ts";
import { serveTerminal } from "./terminal-socket.ts";

/** A socket whose bytes leave only when told to, on a terminal that notes what was acknowledged. */
function someTerminal() {
  const flushes: Array<() => void> = [];
  const acknowledged: number[] = [];
  const followers: TerminalFollower[] = [];
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    send: (_: unknown, __: unknown, whenFlushed?: () => void) => void (whenFlushed && flushes.push(whenFlushed)),
    close: () => {},
  });
  const terminals = {
    list: () => [],
    input: () => {},
    resize: () => {},
    interrupt: () => {},
    follow: (_: string, fromByte: number, follower: TerminalFollower) => {
      followers.push(follower);
      return { fromByte, stop: () => {}, ack: (upToByte: number) => void acknowledged.push(upToByte) };
    },
  };
  serveTerminal(socket as unknown as WebSocket, terminals, "t1", "learner");
  const say = (message: object) => socket.emit("message", Buffer.from(JSON.stringify(message)), false);
  say({ type: "attach", fromByte: 0, columns: 80, rows: 24 });
  const output = (fromByte: number, bytes: number) => followers[0]?.onOutput(fromByte, new Uint8Array(bytes));
  return { say, output, flush: () => flushes.shift()?.(), latest: () => acknowledged.at(-1) };
}

test("serveTerminal takes no acknowledgement for what has not left, so that a lying browser cannot fill memory", () => {
  const { say, output, flush, latest } = someTerminal();
  output(0, 1000);
  output(1000, 1000);
  say({ type: "ack", upToByte: Number.MAX_SAFE_INTEGER });
  assert.equal(latest(), 0);
  flush();
  assert.equal(latest(), 1000);
});

test("serveTerminal keeps an acknowledgement that came before the bytes were known to have left", () => {
  const { say, output, flush, latest } = someTerminal();
  output(0, 1000);
  output(1000, 1000);
  say({ type: "ack", upToByte: 1500 });
  flush();
  flush();
  assert.equal(latest(), 1500);
});
