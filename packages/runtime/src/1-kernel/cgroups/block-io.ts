/** The io controller (blkio on v1): weight when a disk is contended, and bytes or operations a second at most. */
import type { BlockIoLimits, CgroupLimits, Controller, FileWrite } from "./limits.ts";

const THROTTLES = {
  throttleReadBpsDevice: {
    v1: "blkio.throttle.read_bps_device",
    v2: "rbps",
    why: "Read at most this many bytes a second",
  },
  throttleWriteBpsDevice: {
    v1: "blkio.throttle.write_bps_device",
    v2: "wbps",
    why: "Write at most this many bytes a second",
  },
  throttleReadIOPSDevice: {
    v1: "blkio.throttle.read_iops_device",
    v2: "riops",
    why: "Do at most this many reads a second",
  },
  throttleWriteIOPSDevice: {
    v1: "blkio.throttle.write_iops_device",
    v2: "wiops",
    why: "Do at most this many writes a second",
  },
} as const;

function throttles(
  io: BlockIoLimits,
  form: (
    kind: (typeof THROTTLES)[keyof typeof THROTTLES],
    device: string,
    rate: number,
  ) => Pick<FileWrite, "file" | "value">,
) {
  return (Object.keys(THROTTLES) as Array<keyof typeof THROTTLES>).flatMap((field) =>
    (io[field] ?? []).map(({ major, minor, rate }, index): FileWrite => {
      const kind = THROTTLES[field];
      return { ...form(kind, `${major}:${minor}`, rate), why: kind.why, from: `/blockIO/${field}/${index}` };
    }),
  );
}

/** The spec's weight runs from 10 to 1000, as BFQ's, and `io.weight` from 1 to 10000; the map that runc uses. */
export function blockWeightToIoWeight(weight: number): number {
  return Math.floor(1 + ((weight - 10) * 9999) / 990);
}

function weights(io: BlockIoLimits, target: Pick<FileWrite, "file" | "allow">, convert = (weight: number) => weight) {
  const why = "Set this group's share of a contended disk";
  const set = (weight: number | undefined, device: string, from: string): FileWrite[] =>
    weight ? [{ ...target, value: `${device}${convert(weight)}`, why, from: `/blockIO/${from}` }] : [];
  return [
    ...set(io.weight, "", "weight"),
    ...(io.weightDevice ?? []).flatMap(({ major, minor, weight }, index) =>
      set(weight, `${major}:${minor} `, `weightDevice/${index}`),
    ),
  ];
}

/** Where the scheduler is what knows weights, it is BFQ, whose files carry its name. */
export const blockIoV1: Controller = {
  name: "blkio",
  v1: ({ blockIO = {} }: CgroupLimits) => [
    ...weights(blockIO, { file: "blkio.bfq.weight" }),
    ...throttles(blockIO, (kind, device, rate) => ({ file: kind.v1, value: `${device} ${rate}` })),
  ],
};

export const blockIoV2: Controller = {
  name: "io",
  v2: ({ blockIO = {} }: CgroupLimits, { weighsIo }) => [
    ...(weighsIo ? weights(blockIO, { file: "io.weight" }, blockWeightToIoWeight) : []),
    // A disk that BFQ schedules goes by this one; no file of that name means that there is none.
    ...weights(blockIO, { file: "io.bfq.weight", ...(weighsIo ? { allow: ["ENOENT"] } : {}) }),
    ...throttles(blockIO, (kind, device, rate) => ({ file: "io.max", value: `${device} ${kind.v2}=${rate}` })),
  ],
};
