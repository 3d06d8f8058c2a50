/** Pods: containers that share a network, a host name and a fate. podman makes their first container itself. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { whyNot } from "../why-not.ts";
import { IMAGE, type Podman, RUNTIMES_ON_REQUEST, startPodman } from "./podman.ts";

const skip = whyNot("podman", "conmon", "runc", "/usr/lib/podman/netavark", "catatonit");

for (const runtime of RUNTIMES_ON_REQUEST) {
  describe(`podman pod on ${runtime}`, { skip }, () => {
    let podman: Podman;
    const answer = async (...args: string[]) => {
      const { code, out, err } = await podman(["--runtime", runtime, ...args]);
      assert.equal(code, 0, `podman ${args.join(" ")}: ${err}`);
      return out;
    };
    before(async () => {
      podman = await startPodman();
    });
    after(() => podman?.machine.close());

    test("shares network and host name, is paused, stopped and removed as one", async () => {
      await answer("pod", "create", "--name", "shop");
      const serve = "while :; do echo open | nc -l -p 8000; done";
      await answer("run", "--detach", "--pod", "shop", "--name", "server", IMAGE, "sh", "-c", serve);
      // A server that has a caller before it has its line to say hangs up without a word.
      const ask = 'until said=$(nc 127.0.0.1 8000) && [ "$said" ]; do sleep 0.1; done; echo $said; hostname';
      assert.equal(await answer("run", "--rm", "--pod", "shop", IMAGE, "sh", "-c", ask), "open\nshop\n");
      const status = async () => (await answer("pod", "ps", "--format", "{{.Status}} {{.NumberOfContainers}}")).trim();
      await answer("pod", "pause", "shop");
      assert.equal(await status(), "Paused 2");
      await answer("pod", "unpause", "shop");
      assert.equal(await status(), "Running 2");
      await answer("pod", "stop", "--time", "0", "shop");
      assert.equal(await status(), "Exited 2");
      await answer("pod", "rm", "shop");
      assert.equal(await answer("ps", "--all", "--quiet"), "");
    });
  });
}
