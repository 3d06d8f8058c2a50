/** An image on its way through a registry, on the loopback of the machine that the test has to itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { whyNot } from "../why-not.ts";
import { IMAGE, startPodman } from "./podman.ts";

const skip = whyNot("podman", "conmon", "docker-registry");
const ADDRESS = "127.0.0.1:5000";
const PUSHED = `${ADDRESS}/lab/busybox:1`;
const CONFIGURATION = `version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: /var/registry}}
http: {addr: "${ADDRESS}"}
`;
const START_TIMEOUT_MS = 15_000;

test("podman pushes an image to a registry, pulls it from there and runs it on glassrun", { skip }, async () => {
  const podman = await startPodman();
  const { machine } = podman;
  try {
    machine.write("/etc/registry.yml", CONFIGURATION);
    machine.start(["docker-registry", "serve", "/etc/registry.yml"], { stdio: "ignore" });
    const push = () => podman(["push", "--quiet", "--tls-verify=false", IMAGE, PUSHED]);
    const deadlineMs = Date.now() + START_TIMEOUT_MS;
    let pushed = await push();
    while (pushed.code !== 0 && Date.now() < deadlineMs) {
      await pause(200);
      pushed = await push();
    }
    assert.equal(pushed.code, 0, pushed.err);
    await podman(["rmi", "--all", "--force"]);
    assert.equal((await podman(["images", "--quiet"])).out, "");
    const flags = ["run", "--rm", "--network", "none", "--tls-verify=false", "--quiet"];
    assert.deepEqual(await podman([...flags, PUSHED, "echo", "pulled"]), { code: 0, out: "pulled\n", err: "" });
  } finally {
    await machine.close();
  }
});
