/** The rdma controller: handles and objects a group may take of each RDMA device. */
import type { CgroupLimits, Controller, FileWrite } from "./limits.ts";

function writes({ rdma: devices = {} }: CgroupLimits): FileWrite[] {
  return Object.entries(devices).map(([device, { hcaHandles, hcaObjects }]) => ({
    file: "rdma.max",
    value: `${device} hca_handle=${hcaHandles ?? "max"} hca_object=${hcaObjects ?? "max"}`,
    why: `Limit what these processes take of the RDMA device "${device}"`,
    from: `/rdma/${device.replaceAll("~", "~0").replaceAll("/", "~1")}`,
  }));
}

export const rdma: Controller = { name: "rdma", v1: writes, v2: writes };
