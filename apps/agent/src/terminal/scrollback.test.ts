import assert from "node:assert/strict";
import { test } from "node:test";
import { Scrollback } from "./scrollback.ts";

const readAll = (scrollback: Scrollback, fromByte: number): string => {
  let text = "";
  for (let at = Math.max(fromByte, scrollback.startByte); at < scrollback.endByte; ) {
    const piece = scrollback.read(at, 1024);
    text += Buffer.from(piece).toString("latin1");
    at += piece.length;
  }
  return text;
};

const cases = [
  { title: "keeps all while it fits", writes: ["abc", "de"], from: 0, start: 0, end: 5, text: "abcde" },
  { title: "reads from a byte number", writes: ["abc", "de"], from: 2, start: 0, end: 5, text: "cde" },
  { title: "drops the oldest bytes", writes: ["abcdef", "ghij"], from: 0, start: 2, end: 10, text: "cdefghij" },
  {
    title: "takes a write longer than itself",
    writes: ["ab", "cdefghijklm"],
    from: 0,
    start: 5,
    end: 13,
    text: "fghijklm",
  },
  { title: "has nothing past its end", writes: ["abc"], from: 3, start: 0, end: 3, text: "" },
];

for (const { title, writes, from, start, end, text } of cases) {
  test(`Scrollback of 8 bytes ${title}`, () => {
    const scrollback = new Scrollback(8);
    for (const write of writes) scrollback.write(Buffer.from(write));
    assert.deepEqual(
      { start: scrollback.startByte, end: scrollback.endByte, text: readAll(scrollback, from) },
      { start, end, text },
    );
  });
}

test("Scrollback.read returns a copy that later writes do not change", () => {
  const scrollback = new Scrollback(4);
  scrollback.write(Buffer.from("abcd"));
  const read = scrollback.read(0, 4);
  scrollback.write(Buffer.from("efgh"));
  assert.equal(Buffer.from(read).toString(), "abcd");
});
