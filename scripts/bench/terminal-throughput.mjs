/**
 * How fast a flood of output comes through: a shell writes a file of text, and a client that acknowledges like the page
 * counts the bytes from the first to the last. Then how long a flood without an end goes on after Ctrl-C. The browser's
 * own drawing is not in it.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import path from "node:path";
import { withProduct } from "./product.mjs";
import { summarise } from "./statistics.mjs";

/** As the page does (packages/protocol, ACK_EVERY_BYTES). */
const ACK_EVERY_BYTES = 64 * 1024;

const FLOOD_MIB = 32;
const FLOODS = 5;
const FLOOD_TIMEOUT_MS = 60_000;

/** The shell prints this when the flood is over; built from two parts, so that the echo of the command is not it. */
const END = "flood-is-over";

export const title = `terminal output (${FLOOD_MIB} MiB of text through the socket)`;

/** @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure() {
  return await withProduct(async (product) => {
    const file = path.join(product.home, "flood.txt");
    writeFlood(file);
    const terminal = await product.call("POST", "/api/terminals", {
      lab: "explorer",
      name: "bench",
      columns: 80,
      rows: 24,
    });
    const { ticket } = await product.call("POST", "/api/tickets", { for: "terminal", terminal: terminal.id });
    const { WebSocket } = await import("ws");
    const address = `${product.origin.replace("http", "ws")}/ws/terminal?ticket=${ticket}`;
    const socket = new WebSocket(address, { headers: { cookie: product.cookie, origin: product.origin } });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    try {
      const rates = [];
      const reader = acknowledge(socket);
      for (let flood = 0; flood < FLOODS; flood++) rates.push(await timeFlood(socket, reader, file));
      const waits = [];
      for (let flood = 0; flood < FLOODS; flood++) waits.push(await timeInterrupt(socket, reader));
      return [
        { name: "terminal", unit: "MB/s", goal: 20, atLeast: true, ...summarise(rates) },
        { name: "Ctrl-C in a flood", unit: "ms", goal: 200, ...summarise(waits) },
      ];
    } finally {
      socket.close();
    }
  });
}

/** @param {string} file */
function writeFlood(file) {
  const line = `${"The quick brown fox jumps over the lazy dog. ".repeat(2).slice(0, 79)}\n`;
  const mebibyte = Buffer.from(line.repeat(Math.ceil(1048576 / line.length)).slice(0, 1048576));
  const descriptor = openSync(file, "w");
  for (let count = 0; count < FLOOD_MIB; count++) writeSync(descriptor, mebibyte);
  closeSync(descriptor);
}

/** Attach, and acknowledge what comes. @param {import("ws").WebSocket} socket */
function acknowledge(socket) {
  const reader = { bytes: 0, onBytes: (/** @type {Buffer} */ _chunk) => {} };
  let acknowledged = 0;
  let start = 0;
  socket.on("message", (data, isBinary) => {
    if (!isBinary) {
      const notice = JSON.parse(String(data));
      if (notice.type === "attached") start = notice.fromByte;
      return;
    }
    reader.bytes += data.length;
    if (reader.bytes - acknowledged >= ACK_EVERY_BYTES) {
      acknowledged = reader.bytes;
      socket.send(JSON.stringify({ type: "ack", upToByte: start + acknowledged }));
    }
    reader.onBytes(data);
  });
  socket.send(JSON.stringify({ type: "attach", fromByte: 0, columns: 80, rows: 24 }));
  return reader;
}

/**
 * @param {import("ws").WebSocket} socket
 * @param {{ bytes: number, onBytes: (chunk: Buffer) => void }} reader
 * @param {string} file
 * @returns {Promise<number>} MB (10^6 bytes) a second
 */
async function timeFlood(socket, reader, file) {
  const [first, ...rest] = END.split("-");
  const bytesBefore = reader.bytes;
  let startedMs = 0;
  let tail = "";
  await new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`The flood was not over after ${FLOOD_TIMEOUT_MS} ms`)),
      FLOOD_TIMEOUT_MS,
    );
    reader.onBytes = (chunk) => {
      // The echo of the command comes before; the flood has begun when more has come than that.
      if (startedMs === 0 && reader.bytes - bytesBefore > 4096) startedMs = performance.now();
      tail = (tail + chunk.subarray(-200).toString("latin1")).slice(-400);
      if (!tail.includes(`${END}\r\n`)) return;
      clearTimeout(late);
      resolve(undefined);
    };
    socket.send(JSON.stringify({ type: "input", data: `cat ${file}; echo ${first}''-${rest.join("-")}\n` }));
  });
  return (reader.bytes - bytesBefore) / 1e3 / (performance.now() - startedMs);
}

/**
 * @param {import("ws").WebSocket} socket
 * @param {{ bytes: number, onBytes: (chunk: Buffer) => void }} reader
 * @returns {Promise<number>} milliseconds from Ctrl-C to the prompt
 */
async function timeInterrupt(socket, reader) {
  let pressedMs = 0;
  let tail = "";
  const flooded = reader.bytes + FLOOD_MIB * 1048576;
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`yes was not over after ${FLOOD_TIMEOUT_MS} ms`)), FLOOD_TIMEOUT_MS);
    reader.onBytes = (chunk) => {
      tail = (tail + chunk.subarray(-200).toString("latin1")).slice(-400);
      if (pressedMs === 0 && reader.bytes > flooded) {
        pressedMs = performance.now();
        socket.send(JSON.stringify({ type: "input", data: "\x03" }));
      }
      if (pressedMs === 0 || !tail.endsWith("# ")) return;
      clearTimeout(late);
      resolve(undefined);
    };
    socket.send(JSON.stringify({ type: "input", data: "yes\n" }));
  });
  return performance.now() - pressedMs;
}
