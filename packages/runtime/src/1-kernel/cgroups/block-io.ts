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

function weights(io: BlockIoLimits, file: string): FileWrite[] {
  const why = "Set this group's share of a contended disk";
  const own: FileWrite[] = io.weight ? [{ file, value: String(io.weight), why, from: "/blockIO/weight" }] : [];
  const perDevice = (io.weightDevice ?? []).flatMap(({ major, minor, weight }, index): FileWrite[] =>
    weight ? [{ file, value: `${major}:${minor} ${weight}`, why, from: `/blockIO/weightDevice/${index}` }] : [],
  );
  return [...own, ...perDevice];
}

/** The scheduler that knows weights is BFQ, whose files carry its name on both versions. */
export const blockIoV1: Controller = {
  name: "blkio",
  v1: ({ blockIO = {} }: CgroupLimits) => [
    ...weights(blockIO, "blkio.bfq.weight"),
    ...throttles(blockIO, (kind, device, rate) => ({ file: kind.v1, value: `${device} ${rate}` })),
  ],
};

export const blockIoV2: Controller = {
  name: "io",
  v2: ({ blockIO = {} }: CgroupLimits) => [
    ...weights(blockIO, "io.bfq.weight"),
    ...throttles(blockIO, (kind, device, rate) => ({ file: "io.max", value: `${device} ${kind.v2}=${rate}` })),
  ],
};
