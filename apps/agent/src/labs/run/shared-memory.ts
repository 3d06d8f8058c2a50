/** `/proc/sysvipc/shm` (man 7 sysvipc): SysV shared memory of the reader's own IPC namespace, one line a segment. */
import { readProcFile } from "@glassbox/runtime/kernel";

export interface SharedMemorySegment {
  id: number;
  sizeBytes: number;
  creatorPid: number;
  /** Processes that have it mapped. */
  attached: number;
}

/** What the agent's IPC namespace holds; empty where the kernel has no SysV IPC. */
export function sharedMemorySegments(text: string = readProcFile("/proc/sysvipc/shm") ?? ""): SharedMemorySegment[] {
  const [header = "", ...lines] = text.split("\n");
  const columns = header.trim().split(/\s+/);
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const fields = line.trim().split(/\s+/);
      const field = (name: string) => Number(fields[columns.indexOf(name)]);
      return { id: field("shmid"), sizeBytes: field("size"), creatorPid: field("cpid"), attached: field("nattch") };
    });
}
