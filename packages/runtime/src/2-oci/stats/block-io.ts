/** Bytes and operations that a container has read and written, by device. */
import { type GroupFiles, nonZero, parseNumber } from "./group-files.ts";

interface Entry {
  major?: bigint;
  minor?: bigint;
  op?: string;
  value?: bigint;
}

/** Which files v1 counts in depends on the disk's scheduler; the first that has counted anything is right. */
const V1_SCHEMES = ["blkio.bfq.", "blkio.", "blkio.throttle."];

/** v2's words in `io.stat`, and what each is called here. */
const V2_WORDS: Record<string, { list: "bytes" | "operations"; op: string }> = {
  rbytes: { list: "bytes", op: "Read" },
  wbytes: { list: "bytes", op: "Write" },
  dbytes: { list: "bytes", op: "Discard" },
  rios: { list: "operations", op: "Read" },
  wios: { list: "operations", op: "Write" },
  dios: { list: "operations", op: "Discard" },
};

export function blockIoStats(files: GroupFiles) {
  const { bytes, operations } = files.version === 2 ? unified(files) : perScheme(files);
  return {
    ...(bytes.length > 0 ? { ioServiceBytesRecursive: bytes } : {}),
    ...(operations.length > 0 ? { ioServicedRecursive: operations } : {}),
  };
}

function perScheme({ read }: GroupFiles) {
  for (const scheme of V1_SCHEMES) {
    const bytes = parseV1(read("blkio", `${scheme}io_service_bytes_recursive`));
    if (bytes.length > 0) return { bytes, operations: parseV1(read("blkio", `${scheme}io_serviced_recursive`)) };
  }
  return { bytes: [], operations: [] };
}

/** `8:0 Read 4096` a line, and a sum without a device at the end. */
function parseV1(text = ""): Entry[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(\d+):(\d+) (\w+) (\d+)$/.exec(line);
    return match ? [entry(match[1], match[2], match[3], match[4])] : [];
  });
}

/** `8:0 rbytes=4096 wbytes=0 rios=1 ...` a line. */
function unified({ read }: GroupFiles) {
  const found: { bytes: Entry[]; operations: Entry[] } = { bytes: [], operations: [] };
  for (const line of (read("io", "io.stat") ?? "").split("\n")) {
    const [device = "", ...pairs] = line.split(" ");
    const [major, minor] = device.split(":");
    for (const [word = "", value] of pairs.map((pair) => pair.split("="))) {
      const meaning = V2_WORDS[word];
      if (meaning) found[meaning.list].push(entry(major, minor, meaning.op, value));
    }
  }
  return found;
}

function entry(major?: string, minor?: string, op = "", value?: string): Entry {
  return {
    ...nonZero({ major: parseNumber(major), minor: parseNumber(minor) }),
    op,
    ...nonZero({ value: parseNumber(value) }),
  };
}
