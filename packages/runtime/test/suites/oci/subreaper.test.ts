/**
 * Callers that collect orphans (conmon, containerd's shim) learn how a container's process ended as its new parent, once
 * the runtime is gone: the runtime must not have asked the kernel before, however soon the process ended.
 */
import assert from "node:assert/strict";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "prctl(2), PR_SET_CHILD_SUBREAPER; conmon and runc's shim";

/** A caller that collects orphans: runs its arguments, says how they ended, then how the orphan they left did. */
const subreaper = `
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(36, 1)
print("runtime", subprocess.call(sys.argv[1:]))
print("process", os.waitstatus_to_exitcode(os.waitpid(-1, 0)[1]))
`;
const wrapper = ["python3", "-c", subreaper];
const ROUNDS = 3;

rule("how a detached process of `exec` ended is its caller's to learn, when it ended at once", source, (box) => {
  box.launch();
  for (let round = 0; round < ROUNDS; round++) {
    const args = ["exec", "--detach", "--pid-file", box.path("pid"), box.id, "sh", "-c", "exit 3"];
    assert.equal(box.call(args, { wrapper }).stdout, "runtime 0\nprocess 3\n");
  }
});

rule("how a detached container ended is its caller's to learn, when it ended at once", source, (box) => {
  box.configure("exit 4");
  for (let round = 0; round < ROUNDS; round++) {
    assert.equal(box.call(["run", "--detach", `${box.id}-${round}`], { wrapper }).stdout, "runtime 0\nprocess 4\n");
    box.ok(["delete", "--force", `${box.id}-${round}`]);
  }
});
