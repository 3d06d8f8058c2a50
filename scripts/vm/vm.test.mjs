import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { cpio } from "./cpio.mjs";
import { loadOrder } from "./modules.mjs";
import { shellQuote } from "./shell-quote.mjs";
import { WordReader } from "./words.mjs";

const modulesDep = `kernel/net/9p/9pnet.ko:
kernel/net/9p/9pnet_virtio.ko: kernel/net/9p/9pnet.ko kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko
kernel/fs/9p/9p.ko.xz: kernel/net/9p/9pnet.ko kernel/fs/fscache/fscache.ko kernel/fs/netfs/netfs.ko
kernel/fs/fscache/fscache.ko: kernel/fs/netfs/netfs.ko
kernel/fs/netfs/netfs.ko:
kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/virtio/virtio_ring.ko:
`;

test("loadOrder puts every module after all it needs, once, and leaves out what is built in", () => {
  assert.deepEqual(loadOrder(modulesDep, ["9pnet_virtio", "9p", "overlay"]), [
    "kernel/net/9p/9pnet.ko",
    "kernel/drivers/virtio/virtio_ring.ko",
    "kernel/drivers/virtio/virtio.ko",
    "kernel/net/9p/9pnet_virtio.ko",
    "kernel/fs/netfs/netfs.ko",
    "kernel/fs/fscache/fscache.ko",
    "kernel/fs/9p/9p.ko.xz",
  ]);
});

test("cpio writes what busybox cpio reads", () => {
  const archive = cpio([
    { path: "bin", mode: 0o755 },
    { path: "bin/odd", mode: 0o750, content: "seven b" },
    { path: "init", mode: 0o755, content: "" },
  ]);
  const listed = execFileSync("/bin/busybox", ["cpio", "-tv"], { input: archive, encoding: "utf8", stdio: "pipe" });
  assert.deepEqual(
    listed
      .trim()
      .split("\n")
      .map((line) => [line.split(/\s+/)[0], line.split(/\s+/)[2], line.split(/\s+/).at(-1)]),
    [
      ["drwxr-xr-x", "0", "bin"],
      ["-rwxr-x---", "7", "bin/odd"],
      ["-rwxr-xr-x", "0", "init"],
    ],
  );
});

const serial = [
  ["output alone", ["a\nb"], [["output", "a\nb"]]],
  [
    "a word between output",
    ["a\x1eglassbox exit 3\nb"],
    [
      ["output", "a"],
      ["exit", "3"],
      ["output", "b"],
    ],
  ],
  ["a word that comes in pieces", ["\x1egla", "ssbox ready {}", "\r\n"], [["ready", "{}"]]],
  [
    "a separator that begins no word",
    ["\x1eoops\nx"],
    [
      ["output", "\x1e"],
      ["output", "oops\nx"],
    ],
  ],
];

for (const [name, chunks, expected] of serial) {
  test(`WordReader passes on ${name}`, () => {
    const heard = [];
    const reader = new WordReader(
      (word, text) => heard.push([word, text]),
      (chunk) => heard.push(["output", chunk.toString()]),
    );
    for (const chunk of chunks) reader.take(Buffer.from(chunk));
    reader.end();
    assert.deepEqual(heard, expected);
  });
}

test("shellQuote keeps quotes, spaces and dollars as they are", () => {
  const word = `it's "$HOME" \`id\` \\`;
  assert.equal(execFileSync("sh", ["-c", `printf %s ${shellQuote(word)}`], { encoding: "utf8" }), word);
});
