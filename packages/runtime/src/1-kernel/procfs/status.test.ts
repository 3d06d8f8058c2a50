import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStatus } from "./status.ts";

// Captured on Linux 6.18, from a process two pid namespaces deep; lines nobody reads left out.
const CAPTURED = `Name:	cat
Umask:	0022
State:	R (running)
Tgid:	1078
Pid:	1078
PPid:	1068
Uid:	0	1000	0	0
Gid:	0	0	0	0
FDSize:	256
Groups:	4 27 
NStgid:	1078	12	1
NSpid:	1078	12	1
Kthread:	0
VmSize:	    3060 kB
VmRSS:	    1616 kB
CapInh:	0000000000000000
CapPrm:	000001fffeffffff
CapEff:	000001fffeffffff
CapBnd:	000001fffeffffff
CapAmb:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
Seccomp_filters:	1
`;

test("parseStatus reads ids, nested pids, masks and flags", () => {
  assert.deepEqual(parseStatus(CAPTURED), {
    name: "cat",
    uids: [0, 1000, 0, 0],
    gids: [0, 0, 0, 0],
    groups: [4, 27],
    nsPids: [1078, 12, 1],
    capabilities: {
      effective: "000001fffeffffff",
      permitted: "000001fffeffffff",
      inheritable: "0000000000000000",
      bounding: "000001fffeffffff",
      ambient: "0000000000000000",
    },
    noNewPrivs: true,
    seccompMode: 2,
    rssBytes: 1616 * 1024,
    kernelThread: false,
  });
});

test("parseStatus knows a kernel thread without the Kthread line of Linux 6.8, and does not take a zombie for one", () => {
  assert.equal(parseStatus("Name:\tkthreadd\nState:\tS (sleeping)\nUid:\t0\t0\t0\t0\n").kernelThread, true);
  assert.equal(parseStatus("Name:\tsh\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\n").kernelThread, false);
});
