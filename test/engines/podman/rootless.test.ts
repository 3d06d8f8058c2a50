/**
 * podman without root: it makes a user namespace, becomes root in there, and runs the runtime in it. The user is made on
 * the test's own machine, with ids of its own in /etc/subuid, and gone with it.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { readCgroupLayout } from "@glassbox/runtime/kernel";
import type { Machine } from "../machine/machine.ts";
import { imageLayout } from "../places.ts";
import { whyNot, whyNotAsUser } from "../why-not.ts";
import { IMAGE, type Podman, RUNTIMES_ON_REQUEST, startPodman } from "./podman.ts";

const skip = whyNot("podman", "conmon", "runc", "newuidmap", "slirp4netns") || whyNotAsUser();
const UID = 23_456;
const user = { uid: UID, gid: UID };
const HOME = "/home/learner";
const env = { HOME, USER: "learner", XDG_RUNTIME_DIR: `/run/user/${UID}` };

async function addUser(machine: Machine): Promise<void> {
  await machine.run(["useradd", "--create-home", "--home-dir", HOME, "--uid", `${UID}`, "--user-group", "learner"]);
  await machine.run(["install", "-d", "-o", "learner", "-m", "700", env.XDG_RUNTIME_DIR]);
}

for (const runtime of RUNTIMES_ON_REQUEST) {
  describe(`podman without root on ${runtime}`, { skip }, () => {
    let podman: Podman;
    const ask = (...args: string[]) => podman.machine.run(["podman", ...args], { user, env });
    const run = (flags: string[], ...command: string[]) =>
      ask("--runtime", runtime, "run", "--rm", "--network", "none", ...flags, IMAGE, ...command);
    const answer = async (...args: string[]) => {
      const { code, out, err } = await ask(...args);
      assert.equal(code, 0, `podman ${args.join(" ")}: ${err}`);
      return out.trim();
    };

    before(async () => {
      podman = await startPodman();
      const { machine } = podman;
      await addUser(machine);
      for (const file of ["/etc/subuid", "/etc/subgid"]) machine.write(file, "learner:600000:65536\n");
      await answer("pull", "--quiet", `oci:${imageLayout}`);
      await answer("tag", await answer("images", "--quiet"), IMAGE);
    });
    after(() => podman?.machine.close());

    test("the container's root is the user, and its other users are theirs", async () => {
      assert.deepEqual(await run([], "sh", "-c", "id -u; cat /proc/self/uid_map; touch /mine"), {
        code: 0,
        out: `0\n         0      ${UID}          1\n         1     600000      65536\n`,
        err: "",
      });
    });

    test("--userns keep-id has the user as themselves", async () => {
      assert.equal((await run(["--userns", "keep-id"], "id", "-u")).out, `${UID}\n`);
    });

    test("--uidmap makes a user namespace within", async () => {
      const { out } = await run(
        ["--uidmap", "0:1:100"],
        "sh",
        "-c",
        "cat /proc/self/uid_map; ls -l /dev/null | cut -c1-10",
      );
      assert.equal(out, "         0          1        100\ncrw-rw-rw-\n");
    });

    test("--read-only, --tmpfs, --volume, --cap-drop and --user hold", async () => {
      const flags = ["--read-only", "--tmpfs", "/t", "--volume", `${HOME}:/h:ro`, "--cap-drop", "all", "--user", "5"];
      const script =
        "touch /t/x && echo t; touch /x 2>/dev/null || echo no; touch /h/x 2>/dev/null || echo nor; id -u; grep CapEff /proc/self/status";
      assert.equal((await run(flags, "sh", "-c", script)).out, "t\nno\nnor\n5\nCapEff:\t0000000000000000\n");
    });

    test("exit codes are those of a container that root runs", async () => {
      assert.deepEqual(
        [(await run([], "sh", "-c", "exit 7")).code, (await run([], "/etc")).code, (await run([], "nosuch")).code],
        [7, 126, 127],
      );
    });

    test("a network of slirp4netns", {
      skip: existsSync("/dev/net/tun") ? false : "there is no /dev/net/tun",
    }, async () => {
      const args = ["--runtime", runtime, "run", "--rm", IMAGE, "ip", "-4", "-o", "addr", "show", "tap0"];
      assert.match(await answer(...args), /inet 10\.0\.2\.100/);
    });

    test("a container that goes on is entered, seen, stopped and removed", async () => {
      const flags = ["--runtime", runtime, "run", "--detach", "--name", "web", "--network", "none"];
      await answer(...flags, IMAGE, "sh", "-c", 'trap "exit 5" TERM; while :; do sleep 0.1; done');
      assert.equal(await answer("exec", "web", "id", "-u"), "0");
      assert.match(await answer("top", "web", "pid", "comm"), /^PID +COMMAND\n1 +sh/);
      await answer("stop", "--time", "60", "web");
      assert.equal(await answer("inspect", "--format", "{{.State.ExitCode}}", "web"), "5");
      await answer("rm", "web");
    });

    test("what needs a cgroup is refused in words", {
      skip: readCgroupLayout().mode === "v2" && "v2 has it",
    }, async () => {
      await answer(
        "--runtime",
        runtime,
        "run",
        "--detach",
        "--name",
        "web",
        "--network",
        "none",
        IMAGE,
        "sleep",
        "1000",
      );
      const paused = await ask("pause", "web");
      assert.match(paused.err, /can not pause containers on rootless containers with cgroup V1/);
      await answer("rm", "--force", "--time", "0", "web");
    });
  });
}

describe("podman without root and without ids in /etc/subuid, on glassrun", { skip }, () => {
  test("runs a container with one user and no choice of groups", async () => {
    const podman = await startPodman();
    const { machine } = podman;
    try {
      await addUser(machine);
      for (const file of ["/etc/subuid", "/etc/subgid"]) machine.write(file, "");
      const ask = (...args: string[]) => machine.run(["podman", "--log-level", "fatal", ...args], { user, env });
      await ask("pull", "--quiet", `oci:${imageLayout}`);
      const image = (await ask("images", "--quiet")).out.trim();
      const flags = ["run", "--rm", "--network", "none", "--group-add", "7"];
      const { code, out } = await ask(...flags, image, "sh", "-c", "cat /proc/self/uid_map /proc/self/setgroups");
      assert.deepEqual({ code, out }, { code: 0, out: `         0      ${UID}          1\ndeny\n` });
    } finally {
      await machine.close();
    }
  });
});
