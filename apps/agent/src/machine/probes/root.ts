/** Making containers the way the labs do takes root. */
import type { Probe } from "../probe.ts";

export const root: Probe = {
  id: "root",
  title: "root",
  needed: true,
  async look() {
    const uid = process.getuid?.();
    if (uid === 0) return { status: "yes", detail: "user id 0" };
    return { status: "no", detail: `user id ${uid}`, hint: "Use sudo, or npm start -- --vm" };
  },
};
