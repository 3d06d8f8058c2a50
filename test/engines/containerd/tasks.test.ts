/** `ctr run` and `ctr task`: containerd's shim calls the runtime, and `ctr` is the thinnest client of it there is. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { TERMINAL } from "../machine/terminal.ts";
import { whyNot } from "../why-not.ts";
import { type Ctr, IMAGE, RUNTIMES, startContainerd } from "./containerd.ts";

const PATIENCE_MS = 60_000;
/** ctr does not wait for a terminal's last words, and leaves turning lines' ends to both terminals. */
const ON_TERMINAL = `until [ "$(stty size 2>/dev/null)" = "${TERMINAL}" ]; do sleep 0.05; done; tty; sleep 2; exit 4`;
/**
 * The shim opens the output of an exec after the runtime has started it, and ctr stops listening when it hears of the
 * end: of a program that is quicker than both, with any runtime, the output may be lost.
 */
const LASTING_ECHO = "echo here; sleep 2";
const SEEN = /^4 \/dev\/pts\/0\r+\n$/;

describe("containerd", { skip: whyNot("containerd", "ctr", "containerd-shim-runc-v2", "runc") }, () => {
  let ctr: Ctr;
  before(async () => {
    ctr = await startContainerd();
  });
  after(() => ctr?.machine.close());

  const answer = async (...args: string[]) => {
    const { code, out, err } = await ctr(args);
    assert.equal(code, 0, `ctr ${args.join(" ")}: ${err}`);
    return out;
  };
  /** Rows of a table without its heading, as words. */
  const rows = (table: string) =>
    table
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.trim().split(/\s+/));

  test("its part for Kubernetes takes the configuration, with glassrun as the runtime of pods", async () => {
    assert.match(await answer("plugins", "ls"), /^io\.containerd\.grpc\.v1 +cri +\S+ +ok/m);
    const { out } = await ctr.machine.run(["containerd", "config", "dump"]);
    assert.match(out, /default_runtime_name = "glassrun"/);
    assert.match(out, /BinaryName = ".*\/native\/glassrun"/);
  });

  for (const [runtime, binary] of Object.entries(RUNTIMES)) {
    describe(`on ${runtime}`, () => {
      const run = (...args: string[]) => ctr(["run", "--rm", "--runc-binary", binary, ...args]);
      const status = async (id: string) => rows(await answer("task", "ls")).find(([name]) => name === id)?.[2];

      test("run passes output and exit code on", async () => {
        const { code, out } = await run(IMAGE, "short", "sh", "-c", "echo out; exit 7");
        assert.deepEqual([code, out], [7, "out\n"]);
      });

      test("run says what stands in the way of a program", async () => {
        const { code, err } = await run(IMAGE, "lost", "nosuch");
        assert.equal(code, 1);
        assert.match(err, /OCI runtime create failed: .*exec: "nosuch": executable file not found in \$PATH/);
      });

      test("run --memory-limit limits memory", async () => {
        const { code } = await run("--memory-limit", "16777216", IMAGE, "hungry", "tail", "/dev/zero");
        assert.equal(code, 137);
      });

      test("run --privileged gives all the capabilities there are", async () => {
        const { out } = await run("--privileged", IMAGE, "mighty", "grep", "CapEff", "/proc/self/status");
        assert.match(out, /CapEff:\s+0*1f*/);
      });

      test("run --tty is on a terminal of the size of ours", async () => {
        const flags = ["run", "--rm", "--tty", "--runc-binary", binary];
        const ended = await ctr.onTerminal([...flags, IMAGE, "seen", "sh", "-c", ON_TERMINAL]);
        assert.match(`${ended.code} ${ended.out}`, SEEN);
      });

      describe("and a task that goes on", () => {
        before(() => answer("run", "--detach", "--runc-binary", binary, IMAGE, "web", "sleep", "1000"));
        after(async () => {
          await ctr(["task", "delete", "--force", "web"]);
          await ctr(["container", "rm", "web"]);
        });

        test("it is listed as running, with its processes and what it uses", async () => {
          const [[, pid] = []] = rows(await answer("task", "ls"));
          assert.equal(await status("web"), "RUNNING");
          assert.deepEqual(
            rows(await answer("task", "ps", "web")).map(([first]) => first),
            [pid],
          );
          assert.match(await answer("task", "metrics", "web"), /pids\.current +1/);
        });

        test("exec gives the exit code of one that ends at once, again and again", async () => {
          // One that ends at once is the one whose end a runtime could take from its caller.
          for (let times = 0; times < 5; times++) {
            const { code } = await ctr(["task", "exec", "--exec-id", `e${times}`, "web", "sh", "-c", `exit ${times}`]);
            assert.equal(code, times);
          }
        });

        test("exec gives output", async () => {
          assert.equal(await answer("task", "exec", "--exec-id", "said", "web", "sh", "-c", LASTING_ECHO), "here\n");
        });

        test("exec on a terminal", async () => {
          const args = ["task", "exec", "--tty", "--exec-id", "seen", "web", "sh", "-c", ON_TERMINAL];
          const { code, out } = await ctr.onTerminal(args);
          assert.match(`${code} ${out}`, SEEN);
        });

        test("exec of a program that is not there fails and leaves the task alone", async () => {
          const { code, err } = await ctr(["task", "exec", "--exec-id", "lost", "web", "nosuch"]);
          assert.equal(code, 1);
          assert.match(err, /OCI runtime exec failed: .*executable file not found in \$PATH/);
          assert.equal(await status("web"), "RUNNING");
        });

        test("pause and resume", async () => {
          await answer("task", "pause", "web");
          assert.equal(await status("web"), "PAUSED");
          await answer("task", "resume", "web");
          assert.equal(await status("web"), "RUNNING");
        });

        test("checkpoint says what is missing and leaves the task running", async () => {
          const { code, err } = await ctr(["task", "checkpoint", "web"]);
          assert.equal(code, 1);
          assert.match(err, /CRIU/i);
          assert.equal(await status("web"), "RUNNING");
          assert.equal(await answer("task", "exec", "--exec-id", "on", "web", "sh", "-c", LASTING_ECHO), "here\n");
        });

        test("kill ends it, and delete gives its exit code", async () => {
          await answer("task", "kill", "--signal", "SIGKILL", "web");
          for (const deadlineMs = Date.now() + PATIENCE_MS; (await status("web")) !== "STOPPED"; await pause(50)) {
            assert.ok(Date.now() < deadlineMs, "waited in vain for its end");
          }
          const { code, err } = await ctr(["task", "delete", "web"]);
          assert.match(`${code} ${err}`, /^137 |exit with non-zero exit code 137/);
          assert.equal(await status("web"), undefined);
        });
      });
    });
  }
});
