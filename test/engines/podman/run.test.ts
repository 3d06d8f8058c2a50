/** `podman run` on glassrun: what the program sees of what was asked for, and the exit codes that callers rely on. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { whyNot } from "../why-not.ts";
import { IMAGE, type Podman, startPodman } from "./podman.ts";

const skip = whyNot("podman", "conmon", "runc");

for (const runtime of ["glassrun", "runc"]) {
  describe(`podman run on ${runtime}`, { skip }, () => {
    let podman: Podman;
    before(async () => {
      podman = await startPodman();
    });
    after(() => podman?.machine.close());

    const run = (flags: string[], ...command: string[]) =>
      podman(["--runtime", runtime, "run", "--rm", "--network", "none", ...flags, IMAGE, ...command]);

    test("gives the program's output and exit code", async () => {
      assert.deepEqual(await run([], "sh", "-c", "echo out; echo err >&2; exit 7"), {
        code: 7,
        out: "out\n",
        err: "err\n",
      });
    });
  });
}
