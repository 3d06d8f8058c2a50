/** The hugetlb controller: how many bytes of huge pages of each size a group may hold. */
import type { CgroupLimits, Controller, FileWrite } from "./limits.ts";

function writes(limits: CgroupLimits, ending: string): FileWrite[] {
  return (limits.hugepageLimits ?? []).map(({ pageSize, limit }, index) => ({
    file: `hugetlb.${pageSize}.${ending}`,
    value: String(limit),
    why: `Let these processes hold no more huge pages of ${pageSize} than this many bytes`,
    from: `/hugepageLimits/${index}`,
  }));
}

export const hugetlb: Controller = {
  name: "hugetlb",
  v1: (limits) => writes(limits, "limit_in_bytes"),
  v2: (limits) => writes(limits, "max"),
};
