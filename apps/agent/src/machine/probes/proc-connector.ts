/** Whether the kernel tells of every fork, exec and exit (CONFIG_PROC_EVENTS); `kwatch` asks for it and says. */
import { Kwatch, nativeProgram } from "@glassbox/runtime/kernel";
import type { Finding, Probe } from "../probe.ts";

export const procConnector: Probe = {
  id: "proc-connector",
  title: "process events",
  needed: false,
  look: askKwatch,
};

async function askKwatch(signal: AbortSignal): Promise<Finding> {
  const program = nativeProgram("kwatch");
  let kwatch: Kwatch | undefined;
  try {
    const hasEvents = await new Promise<boolean>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("kwatch did not answer")), { once: true });
      kwatch = new Kwatch({
        program,
        onRecords: (records) => {
          for (const record of records) if (record.type === "ready") resolve(record.procConnector);
        },
        onEnd: (reason) => reject(new Error(reason)),
      });
    });
    if (hasEvents) return { status: "yes", detail: "the proc connector tells of every fork, exec and exit" };
    return {
      status: "limited",
      detail: "no proc connector: processes are found by looking, a little later",
      hint: "npm start -- --vm has it",
    };
  } finally {
    await kwatch?.close();
  }
}
