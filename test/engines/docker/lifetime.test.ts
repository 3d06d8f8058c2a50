/** A container that goes on under dockerd: entered, looked at, limited, paused, stopped, started again, left alone. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { readCgroupLayout } from "@glassbox/runtime/kernel";
import { TERMINAL } from "../machine/terminal.ts";
import { whyNot } from "../why-not.ts";
import { type Docker, IMAGE, PROGRAMS, RUNTIMES, startDocker } from "./docker.ts";

/** Says so when it is asked to end, and ends with a code of its own. */
const PROGRAM = 'echo begun; trap "echo asked to end; exit 5" TERM; while :; do sleep 0.1; done';
const PATIENCE_MS = 60_000;
const isV2 = readCgroupLayout().mode === "v2";

describe("docker and a container that goes on", { skip: whyNot(...PROGRAMS) }, () => {
  let docker: Docker;
  before(async () => {
    docker = await startDocker();
  });
  after(() => docker?.machine.close());

  const answer = async (...args: string[]) => {
    const { code, out, err } = await docker(args);
    assert.equal(code, 0, `docker ${args.join(" ")}: ${err}`);
    return out;
  };
  const field = async (path: string, name = "web") => (await answer("inspect", "-f", `{{${path}}}`, name)).trim();
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (const deadlineMs = Date.now() + PATIENCE_MS; !(await holds()); await pause(50)) {
      assert.ok(Date.now() < deadlineMs, `waited in vain for ${what}`);
    }
  };

  test("docker info lists the runtime, and it is the default", async () => {
    const [runtimes, fallback] = (await answer("info", "-f", "{{json .Runtimes}}\n{{.DefaultRuntime}}")).split("\n");
    assert.ok(Object.keys(JSON.parse(runtimes ?? "")).includes("glassrun"));
    assert.equal(fallback, "glassrun");
  });

  for (const runtime of RUNTIMES) {
    describe(`on ${runtime}`, () => {
      const flags = ["--detach", "--runtime", runtime, "--network", "none"];
      before(() => answer("run", ...flags, "--name", "web", IMAGE, "sh", "-c", PROGRAM));
      after(() => docker(["rm", "--force", "web"]));

      test("exec gives output, exit code, user, directory and environment", async () => {
        const script = "id -u; pwd; echo $A; echo err >&2; exit 3";
        const args = ["exec", "--user", "5", "--workdir", "/tmp", "--env", "A=b", "web", "sh", "-c", script];
        assert.deepEqual(await docker(args), { code: 3, out: "5\n/tmp\nb\n", err: "err\n" });
      });

      test("exec says what stands in the way of a program", async () => {
        const lost = await docker(["exec", "web", "nosuch"]);
        const refused = await docker(["exec", "web", "/etc/passwd"]);
        assert.match(lost.out + lost.err, /"nosuch": executable file not found in \$PATH/);
        assert.match(refused.out + refused.err, /"\/etc\/passwd": permission denied/);
        // This docker says 126 for both.
        assert.deepEqual([lost.code, refused.code], [126, 126]);
      });

      test("exec on a terminal", async () => {
        const script = `until [ "$(stty size 2>/dev/null)" = "${TERMINAL}" ]; do sleep 0.05; done; tty; exit 4`;
        const ended = await docker.onTerminal(["exec", "-it", "web", "sh", "-c", script]);
        assert.deepEqual(ended, { code: 4, out: "/dev/pts/0\r\n", err: "" });
      });

      test("top, stats and logs see it", async () => {
        assert.match(await answer("top", "web", "-o", "pid,args"), /^PID +COMMAND\n\d+ +sh -c echo begun/);
        assert.match(
          await answer("stats", "--no-stream", "--format", "{{.PIDs}} {{.MemUsage}}", "web"),
          /^[1-9]\d* \d/,
        );
        // What it says is written down a little later.
        await until("its first word", async () => (await answer("logs", "web")) !== "");
        assert.equal(await answer("logs", "web"), "begun\n");
      });

      test("update changes its limits", async () => {
        const limits = ["--memory", "64m", "--memory-swap", "128m", "--cpus", "0.5", "--pids-limit", "40"];
        await answer("update", ...limits, "--cpu-shares", "512", "--cpuset-cpus", "0", "web");
        const files = isV2
          ? "memory.max memory.swap.max cpu.max pids.max cpu.weight cpuset.cpus"
          : "memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max cpu/cpu.shares cpuset/cpuset.cpus";
        const set = isV2
          ? ["67108864", "67108864", "50000 100000", "40", "20", "0"]
          : ["67108864", "134217728", "50000", "40", "512", "0"];
        const found = await answer("exec", "web", "sh", "-c", `cd /sys/fs/cgroup; cat ${files}`);
        assert.deepEqual(found.trim().split("\n"), set);
        assert.equal(await answer("exec", "web", "sh", "-c", ": > /dev/null; echo $?"), "0\n");
      });

      test("cp carries files in and out", async () => {
        docker.machine.write("/etc/carried", "across\n");
        await answer("cp", "/etc/carried", "web:/tmp/carried");
        assert.equal(await answer("exec", "web", "cat", "/tmp/carried"), "across\n");
        assert.match(await answer("cp", "web:/tmp/carried", "-"), /across\n/);
      });

      test("pause and unpause", async () => {
        await answer("pause", "web");
        assert.equal(await field(".State.Status"), "paused");
        assert.match((await docker(["exec", "web", "true"])).err, /is paused/);
        await answer("unpause", "web");
        assert.equal(await answer("exec", "web", "echo", "on"), "on\n");
      });

      test("stop lets it end by itself, start begins it anew, kill ends it", async () => {
        await answer("stop", "--time", "60", "web");
        assert.equal(await field(".State.ExitCode"), "5");
        await answer("start", "web");
        await until("it to begin", async () => (await answer("logs", "web")) === "begun\nasked to end\nbegun\n");
        await answer("kill", "web");
        await until("its end", async () => (await field(".State.Status")) === "exited");
        assert.equal(await field(".State.ExitCode"), "137");
      });

      test("one that fails is started again as often as it was said", async () => {
        const again = ["--name", "again", "--restart", "on-failure:2"];
        await answer("run", ...flags, ...again, IMAGE, "sh", "-c", "echo try; exit 4");
        const format = "{{.RestartCount}} {{.State.Status}}";
        await until("two more tries", async () => (await answer("inspect", "-f", format, "again")) === "2 exited\n");
        assert.equal(await answer("logs", "again"), "try\ntry\ntry\n");
        await answer("rm", "again");
      });

      test("one that ran out of memory is known as such", async () => {
        // Again and again: the shim begins to listen a little after the start.
        const script = 'trap "exit 9" TERM; while :; do tail /dev/zero; sleep 0.2; done';
        await answer("run", ...flags, "--name", "hungry", "--memory", "16m", IMAGE, "sh", "-c", script);
        const past = ["--since", "0", "--until", "0s", "--filter", "container=hungry", "--filter", "event=oom"];
        await until("dockerd to hear of it", async () => (await answer("events", ...past)) !== "");
        // dockerd makes the note when the container ends.
        await answer("kill", "--signal", "TERM", "hungry");
        assert.equal(await answer("wait", "hungry"), "9\n");
        assert.equal(await field(".State.OOMKilled", "hungry"), "true");
        await answer("rm", "hungry");
      });

      test("it lives on while dockerd is started again, and can then be stopped", async () => {
        await answer("run", ...flags, "--name", "survivor", IMAGE, "sh", "-c", PROGRAM);
        const pid = await field(".State.Pid", "survivor");
        await docker.restart();
        assert.equal(await answer("inspect", "-f", "{{.State.Status}} {{.State.Pid}}", "survivor"), `running ${pid}\n`);
        assert.equal(await answer("exec", "survivor", "echo", "here"), "here\n");
        await answer("stop", "--time", "60", "survivor");
        assert.equal(await field(".State.ExitCode", "survivor"), "5");
        await answer("rm", "survivor");
      });

      test("rm --force removes a running one", async () => {
        await answer("run", ...flags, "--name", "brief", IMAGE, "sleep", "1000");
        await answer("rm", "--force", "brief");
        assert.notEqual((await docker(["inspect", "brief"])).code, 0);
      });
    });
  }
});
