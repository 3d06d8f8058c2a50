import assert from "node:assert/strict";
import { test } from "node:test";
import { inputPieces, isTerminalReply } from "./input-pieces.ts";
import { freeName } from "./terminal-names.ts";
import { typeCommand } from "./typing.ts";

async function typed(command: string, atOnce: boolean): Promise<string[]> {
  const sent: string[] = [];
  await typeCommand(command, { send: (data) => sent.push(data), wait: async () => {}, atOnce });
  return sent;
}

test("typeCommand sends the very keys a person would, each line with Enter", async () => {
  assert.deepEqual(await typed("ls\npwd\n", false), ["l", "s", "\r", "p", "w", "d", "\r"]);
  assert.deepEqual(await typed("ls\npwd", true), ["ls", "\r", "pwd", "\r"]);
});

test("typeCommand types long lines in larger strokes, and loses nothing", async () => {
  const line = "x".repeat(500);
  const sent = await typed(line, false);
  assert.ok(sent.length < 40);
  assert.equal(sent.join(""), `${line}\r`);
});

test("inputPieces never cuts a character in two", () => {
  assert.deepEqual(inputPieces("abcde", 2), ["ab", "cd", "e"]);
  assert.deepEqual(inputPieces("a😀b", 2), ["a", "😀", "b"]);
  assert.deepEqual(inputPieces("", 2), []);
});

test("isTerminalReply knows answers of a terminal from keys of a person", () => {
  for (const reply of ["\x1b[?1;2c", "\x1b[>0;276;0c", "\x1b[24;80R", "\x1b[0n", "\x1b]11;rgb:0f0f/1717/1616\x1b\\"]) {
    assert.equal(isTerminalReply(reply), true, JSON.stringify(reply));
  }
  for (const key of ["a", "\r", "\x1b", "\x1b[A", "\x1b[15~", "\x03"]) {
    assert.equal(isTerminalReply(key), false, JSON.stringify(key));
  }
});

test("freeName gives the first word not taken", () => {
  assert.equal(freeName([]), "main");
  assert.equal(freeName(["main", "third"]), "second");
});
