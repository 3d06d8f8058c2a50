import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedMemorySegments } from "./shared-memory.ts";

// Captured on Linux 6.18 after `ipcmk --shmem 4711`.
const captured = `       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap
 984376361          3   644                  4711 31520     0      0     0     0     0     0          0          0 1795333622                     0                     0
`;

test("sharedMemorySegments reads the columns by name", () => {
  assert.deepEqual(sharedMemorySegments(captured), [{ id: 3, sizeBytes: 4711, creatorPid: 31520, attached: 0 }]);
  assert.deepEqual(sharedMemorySegments(""), []);
});
