/** dockerd with `userns-remap`: every container in a user namespace, its root somebody else outside. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { whyNot } from "../why-not.ts";
import { type Docker, IMAGE, PROGRAMS, RUNTIMES, startDocker } from "./docker.ts";

describe("docker with remapped ids", { skip: whyNot(...PROGRAMS) }, () => {
  let docker: Docker;
  before(async () => {
    // dockerd makes the user itself when it is called "default", but then picks the ids, too.
    docker = await startDocker({ "userns-remap": "dockremap" }, async (machine) => {
      for (const file of ["/etc/subuid", "/etc/subgid"]) machine.write(file, "dockremap:200000:65536\n");
      await machine.run(["useradd", "--system", "dockremap"]);
    });
  });
  after(() => docker?.machine.close());

  for (const runtime of RUNTIMES) {
    test(`its root writes to its own files and is nobody outside, on ${runtime}`, async () => {
      const script =
        "cat /proc/self/uid_map; touch /x /data/x && id -u; stat -c %u /proc/sys/kernel/hostname; mknod /n c 1 3";
      const flags = ["--rm", "--runtime", runtime, "--network", "none", "--volume", "shared:/data"];
      const { code, out, err } = await docker(["run", ...flags, IMAGE, "sh", "-c", script]);
      assert.deepEqual([code, out], [1, "         0     200000      65536\n0\n65534\n"]);
      assert.match(err, /Operation not permitted/);
    });

    test(`exec joins its namespace, and init and a bridge work, on ${runtime}`, async () => {
      const flags = ["--detach", "--runtime", runtime, "--init", "--name", runtime];
      assert.equal((await docker(["run", ...flags, IMAGE, "sleep", "1000"])).err, "");
      const { out } = await docker([
        "exec",
        runtime,
        "sh",
        "-c",
        "cat /proc/self/uid_map; ip -o link show eth0 | wc -l",
      ]);
      assert.equal(out, "         0     200000      65536\n1\n");
      assert.equal((await docker(["rm", "--force", runtime])).code, 0);
    });
  }
});
