/**
 * Images on their way from podman through a registry to podman and docker, run there on glassrun: the lab's small one,
 * and a whole Debian, whose programs expect of a container what programs expect of a machine.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PROGRAMS, startDocker } from "../docker/docker.ts";
import { debianArchive, NoDebian } from "../machine/debian.ts";
import type { Ended } from "../machine/ended.ts";
import type { Machine } from "../machine/machine.ts";
import { imageLayout } from "../places.ts";
import { snippet } from "../snippet.ts";
import { whyNot } from "../why-not.ts";
import { ADDRESS, startRegistry } from "./registry.ts";

const BUSYBOX = `${ADDRESS}/lab/busybox:1`;
const DEBIAN = `${ADDRESS}/lab/debian:1`;
const UNCHECKED = "--tls-verify=false";
/** A hundred megabytes are packed, sent, and unpacked. */
const TRANSFER = { timeoutMs: 180_000 };

describe("through a registry", {
  skip: whyNot(...PROGRAMS, "podman", "conmon", "docker-registry", "debootstrap"),
}, () => {
  let machine: Machine;
  /** Each engine's command line for a container that is gone when it ends. */
  let engines: [string, (image: string, args: string[], flags?: string[]) => Promise<Ended>][];
  const podman = (...args: string[]) => machine.run(["podman", ...args], TRANSFER);
  const ok = async (running: Promise<Ended>) => {
    const { code, out, err } = await running;
    assert.equal(code, 0, err);
    return out.trim();
  };

  before(async () => {
    const docker = await startDocker();
    ({ machine } = docker);
    machine.write("/etc/containers/containers.conf", snippet("/etc/containers/containers.conf"));
    await startRegistry(machine);
    const flags = ["run", "--rm", "--network", "none"];
    engines = [
      [
        "podman",
        (image, args, more = []) =>
          machine.run(["podman", ...flags, UNCHECKED, "--quiet", ...more, image, ...args], TRANSFER),
      ],
      ["docker", (image, args, more = []) => docker([...flags, ...more, image, ...args], TRANSFER)],
    ];
  });
  after(() => machine?.close());

  test("what podman pushes, podman and docker pull and run", async () => {
    const id = await ok(podman("pull", "--quiet", `oci:${imageLayout}`));
    await ok(podman("push", "--quiet", UNCHECKED, id, BUSYBOX));
    await ok(podman("rmi", "--all", "--force"));
    for (const [name, run] of engines) assert.equal(await ok(run(BUSYBOX, ["echo", "pulled"])), "pulled", name);
  });

  test("a whole Debian is complete, has its users, and its set-id programs unless they are forbidden", async (t) => {
    let archive: string;
    try {
      archive = await debianArchive();
    } catch (thrown) {
      if (thrown instanceof NoDebian) return t.skip(thrown.message);
      throw thrown;
    }
    await ok(podman("import", "--quiet", archive, DEBIAN));
    await ok(podman("push", "--quiet", UNCHECKED, DEBIAN));
    await ok(podman("rmi", "--all", "--force"));
    for (const [name, run] of engines) {
      // Silent about every file that is as its package had it.
      assert.equal(await ok(run(DEBIAN, ["dpkg", "--verify"])), "", name);
      const asWeb = ["--user", "www-data"];
      assert.equal(await ok(run(DEBIAN, ["id"], asWeb)), "uid=33(www-data) gid=33(www-data) groups=33(www-data)", name);
      // It reads /etc/shadow, which is the group shadow's.
      const status = ["chage", "--list", "www-data"];
      assert.match(await ok(run(DEBIAN, status, asWeb)), /^Last password change/, name);
      assert.notEqual((await run(DEBIAN, status, [...asWeb, "--security-opt", "no-new-privileges"])).code, 0, name);
    }
  });
});
