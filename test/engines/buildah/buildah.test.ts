/** buildah makes images, and runs each step of making them on the runtime it is given. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { glassrun } from "../places.ts";
import { IMAGE, type Podman, RUNTIMES_ON_REQUEST, startPodman } from "../podman/podman.ts";
import { whyNot } from "../why-not.ts";

const skip = whyNot("podman", "conmon", "buildah", "runc", "/usr/lib/podman/netavark");

const RECIPE = `FROM ${IMAGE}
RUN echo built > /made && id -u >> /made
ENV WORD=right
RUN ["/bin/sh", "-c", "echo $WORD >> /made"]
USER 5
RUN id -u > /tmp/who
CMD ["cat", "/made", "/tmp/who"]
`;

for (const runtime of RUNTIMES_ON_REQUEST) {
  describe(`buildah on ${runtime}`, { skip }, () => {
    let podman: Podman;
    const program = runtime === "glassrun" ? glassrun : "runc";
    const flags = ["--isolation", "oci", "--runtime", program];
    const buildah = (...args: string[]) => podman.machine.run(["buildah", ...args]);
    before(async () => {
      podman = await startPodman(); // the two share one store
      podman.machine.write("/var/recipe/Containerfile", RECIPE);
      podman.machine.write("/var/recipe/Broken", `FROM ${IMAGE}\nRUN exit 9\n`);
    });
    after(() => podman?.machine.close());

    test("bud builds an image, step by step, which runs", async () => {
      const built = await buildah("bud", ...flags, "--network", "none", "--tag", "built", "/var/recipe");
      assert.equal(built.code, 0, built.err);
      const ran = await podman(["--runtime", runtime, "run", "--rm", "--network", "none", "built"]);
      assert.deepEqual(ran, { code: 0, out: "built\n0\nright\n5\n", err: "" });
    });

    test("bud ends with the code of the step that failed", async () => {
      const args = ["--network", "none", "--file", "/var/recipe/Broken", "/var/recipe"];
      const { code, err } = await buildah("bud", ...flags, ...args);
      assert.match(err, /building at STEP "RUN exit 9": while running runtime: exit status 9/);
      assert.equal(code, 9);
    });

    test("run starts a command in a container being built", async () => {
      const container = (await buildah("from", IMAGE)).out.trim();
      const run = (...args: string[]) => buildah("run", ...flags, ...args);
      assert.equal((await run("--network", "none", "--user", "5", container, "id", "-u")).out, "5\n");
      assert.equal((await run("--network", "none", container, "sh", "-c", "exit 3")).code, 3);
      assert.match((await run(container, "ip", "-4", "-o", "addr", "show", "eth0")).out, /inet 10\.88\./);
      const missing = await run("--network", "none", container, "nosuch");
      assert.match(missing.err, /exec: \\?"nosuch\\?": executable file not found in \$PATH/);
    });
  });
}
