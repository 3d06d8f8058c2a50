/** What sysrun sends back while it performs a plan: records of one size, put together from whatever pieces arrive. */
import { RECORD, RECORD_BYTES, RECORD_KIND } from "./wire.ts";

export interface ReportRecord {
  kind: keyof typeof RECORD_KIND;
  /** Index of the program, and of the op in it; for RESULT the slot. */
  program: number;
  op: number;
  /** 0, or the errno. */
  error: number;
  value: number;
  /** CLOCK_MONOTONIC in nanoseconds; 0 when sysrun does not trace. */
  startNs: bigint;
  endNs: bigint;
}

const kinds = new Map<number, keyof typeof RECORD_KIND>(
  Object.entries(RECORD_KIND).map(([name, number]) => [number, name as keyof typeof RECORD_KIND]),
);

export class ReportReader {
  #rest: Uint8Array = new Uint8Array();

  /** @returns the records that are complete now, in order */
  read(piece: Uint8Array): ReportRecord[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const records: ReportRecord[] = [];
    let at = 0;
    for (; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
      const record = readRecord(view, at);
      if (record) records.push(record);
    }
    this.#rest = bytes.slice(at);
    return records;
  }
}

/** Undefined for a kind this version does not know. */
function readRecord(view: DataView, at: number): ReportRecord | undefined {
  const kind = kinds.get(view.getUint32(at + RECORD.kind, true));
  return (
    kind && {
      kind,
      program: view.getUint32(at + RECORD.program, true),
      op: view.getUint32(at + RECORD.op, true),
      error: view.getInt32(at + RECORD.error, true),
      value: Number(view.getBigInt64(at + RECORD.value, true)),
      startNs: view.getBigUint64(at + RECORD.start_ns, true),
      endNs: view.getBigUint64(at + RECORD.end_ns, true),
    }
  );
}
