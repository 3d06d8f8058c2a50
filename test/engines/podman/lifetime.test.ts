/** A container that goes on: entered, looked at, paused, stopped, started again, removed. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { TERMINAL } from "../machine/terminal.ts";
import { whyNot } from "../why-not.ts";
import { IMAGE, type Podman, RUNTIMES, startPodman } from "./podman.ts";

const skip = whyNot("podman", "conmon", "runc");

/** Says so when it is asked to end, and ends with a code of its own. */
const PROGRAM = 'echo begun; trap "echo asked to end; exit 5" TERM; while :; do sleep 0.1; done';

const PATIENCE_MS = 60_000;

for (const runtime of RUNTIMES) {
  describe(`podman on ${runtime} and a container that goes on`, { skip }, () => {
    let podman: Podman;
    const ask = (...args: string[]) => podman(["--runtime", runtime, ...args]);
    const answer = async (...args: string[]) => {
      const { code, out, err } = await ask(...args);
      assert.equal(code, 0, `podman ${args.join(" ")}: ${err}`);
      return out;
    };
    const field = async (path: string) => (await answer("inspect", "--format", `{{${path}}}`, "web")).trim();

    before(async () => {
      podman = await startPodman();
      const health = ["--health-cmd", "test -e /tmp/healthy", "--health-interval", "disable"];
      await answer("run", "--detach", "--name", "web", "--network", "none", ...health, IMAGE, "sh", "-c", PROGRAM);
    });
    after(() => podman?.machine.close());

    test("exec gives output, exit code and user", async () => {
      assert.deepEqual(await ask("exec", "--user", "5", "web", "sh", "-c", "id -u; echo err >&2; exit 3"), {
        code: 3,
        out: "5\n",
        err: "err\n",
      });
    });

    test("exec tells a missing program (127) from one that may not run (126)", async () => {
      const { code, err } = await ask("exec", "web", "nosuch");
      assert.match(err, /executable file not found in \$PATH: OCI runtime attempted to invoke a command/);
      assert.deepEqual([code, (await ask("exec", "web", "/etc")).code], [127, 126]);
    });

    test("exec on a terminal", async () => {
      const script = `until [ "$(stty size 2>/dev/null)" = "${TERMINAL}" ]; do sleep 0.05; done; tty; exit 4`;
      const args = ["--runtime", runtime, "exec", "--interactive", "--tty", "web", "sh", "-c", script];
      assert.deepEqual(await podman.onTerminal(args), { code: 4, out: "/dev/pts/0\r\n", err: "" });
    });

    test("a health check runs inside", async () => {
      assert.deepEqual(await ask("healthcheck", "run", "web"), { code: 1, out: "unhealthy\n", err: "" });
      await answer("exec", "web", "touch", "/tmp/healthy");
      assert.equal(await answer("healthcheck", "run", "web"), "");
    });

    test("top, stats and inspect see it", async () => {
      assert.match(await answer("top", "web", "pid", "args"), /^PID +COMMAND\n1 +sh -c echo begun/);
      assert.match(await answer("stats", "--no-stream", "--format", "{{.PIDs}}", "web"), /^[1-9]/);
      assert.equal(await field(".State.Status"), "running");
      assert.equal(await field(".OCIRuntime"), runtime);
    });

    test("pause holds it back, and unpause lets it go on", async () => {
      await answer("pause", "web");
      assert.equal(await field(".State.Status"), "paused");
      assert.equal((await ask("exec", "web", "true")).code, 255);
      await answer("unpause", "web");
      assert.equal(await answer("exec", "web", "echo", "on"), "on\n");
    });

    test("update changes a limit", async () => {
      await answer("update", "--memory", "64m", "web");
      const files = "/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max";
      assert.equal(await answer("exec", "web", "sh", "-c", `cat ${files} 2>/dev/null || true`), `${64 << 20}\n`);
    });

    test("checkpoint says what is missing", async () => {
      const { code, err } = await ask("container", "checkpoint", "web");
      assert.equal(code, 125);
      assert.match(err, /CRIU|criu|checkpoint/);
    });

    test("a container without cgroups is refused by podman itself", async () => {
      const { code, err } = await ask("run", "--rm", "--cgroups", "disabled", IMAGE, "true");
      assert.equal(code, 125);
      assert.match(err, /requested OCI runtime \w+ is not compatible with NoCgroups/);
    });

    test("stop asks it to end, and logs has what it said", async () => {
      await answer("stop", "--time", "60", "web");
      assert.equal(await answer("logs", "web"), "begun\nasked to end\n");
      assert.deepEqual([await field(".State.Status"), await field(".State.ExitCode")], ["exited", "5"]);
    });

    test("start, restart and kill", async () => {
      await answer("start", "web");
      await answer("restart", "--time", "10", "web");
      assert.equal(await field(".State.Status"), "running");
      await answer("kill", "--signal", "KILL", "web");
      assert.equal(await answer("wait", "web"), "137\n");
    });

    test("rm --force ends and removes it, and leaves no cgroup", async () => {
      await answer("start", "web");
      const id = await field(".Id");
      await answer("rm", "--force", "--time", "0", "web");
      assert.equal(await answer("ps", "--all", "--quiet"), "");
      // conmon ends a little after the command.
      const left = async () => (await podman.machine.run(["find", "/sys/fs/cgroup", "-name", `*${id}*`])).out;
      for (const deadlineMs = Date.now() + PATIENCE_MS; (await left()) !== ""; await pause(50))
        assert.ok(Date.now() < deadlineMs, `cgroups are left: ${await left()}`);
    });
  });
}
