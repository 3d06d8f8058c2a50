/** The same client under Bun, which starts sysrun in its own way (`1-kernel/plan/start-sysrun-in-bun.ts`). Needs root. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readStat } from "../../src/1-kernel/mod.ts";
import { until } from "./until.ts";

const bun = fileURLToPath(new URL("../../../../node_modules/bun/bin/bun.exe", import.meta.url));
const kernel = new URL("../../src/1-kernel/mod.ts", import.meta.url).href;

function missing(t: TestContext): boolean {
  if (process.getuid?.() === 0 && fs.existsSync(bun)) return false;
  t.skip(fs.existsSync(bun) ? "needs root: sysrun makes namespaces" : "needs the npm package bun");
  return true;
}

/** Runs the body of an ES module under Bun; `perform(text, options)` is there. */
function inBun(body: string): ChildProcess {
  const script = `
    import { parsePlan, performPlan } from ${JSON.stringify(kernel)};
    const perform = (text, options) => performPlan(parsePlan(text), { timeoutMs: 20_000, ...options });
    ${body}`;
  return spawn(bun, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
}

/** What such a module prints, one JSON value a line. */
async function printed(body: string): Promise<unknown[]> {
  const child = inBun(body);
  let text = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(code, 0);
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("under Bun, performPlan tells results while the plan goes on, and returns them at its end", async (t) => {
  if (missing(t)) return;
  const lines = await printed(`
    const told = [];
    const { results, exitCode } = await perform(\`
program sysrun
  clone3(clone_args{flags=CLONE_NEWUTS, exit_signal=SIGCHLD}, 88, @child) = $child
  tell()
  wait4($child, [$status], 0, NULL) = $waited
program child
  sethostname("boxed", 5)
  execve("/bin/sh", ["sh", "-c", "sleep 0.2; exit 7"], ["PATH=/usr/bin:/bin"])
\`, { onTold: (results) => told.push({ ...results, early: true }) });
    console.log(JSON.stringify({ told: told.map(Object.keys), same: results.child === results.waited, status: results.status, exitCode }));`);
  assert.deepEqual(lines, [{ told: [["child", "early"]], same: true, status: 7 << 8, exitCode: 0 }]);
});

test("under Bun, a plan larger than a socket's buffer arrives whole", async (t) => {
  if (missing(t)) return;
  const lines = await printed(`
    const large = "x".repeat(1_000_000);
    const { results } = await perform("program sysrun\\n  pipe2([$r, $w], 0)\\n" +
      \`  openat(AT_FDCWD, "/dev/null", O_WRONLY|O_CLOEXEC) = $null\\n  write($null, "\${large}", strlen(args[1])) = $written\`);
    console.log(results.written);`);
  assert.deepEqual(lines, [1_000_000]);
});

test("under Bun, performPlan fails as it does under Node, and stops at its deadline", async (t) => {
  if (missing(t)) return;
  const lines = await printed(`
    const show = (error) => console.log(JSON.stringify([error.name, error.category ?? null, error.errno ?? null]));
    await perform('program sysrun\\n  mkdirat(AT_FDCWD, "/nowhere/x", 0755)').catch(show);
    await perform("program sysrun\\n  pipe2([$r, $w], 0)\\n  read($r, [$x], 1)", { timeoutMs: 50 }).catch(show);
    await perform("program sysrun\\n  umask(0)", { sysrun: "/nowhere/sysrun" }).catch(show);
    const thrower = () => { throw new TypeError("x"); };
    await perform("program sysrun\\n  pipe2([$r, $w], 0)\\n  tell()\\n  read($r, [$x], 1)", { onTold: thrower }).catch(show);
    const { exitCode } = await perform("program sysrun\\n  exit_group(9)");
    console.log(exitCode);`);
  assert.deepEqual(lines, [
    ["SyscallError", "not found", "ENOENT"],
    ["GlassboxError", "deadline exceeded", null],
    ["GlassboxError", "internal", null],
    ["TypeError", null, null],
    9,
  ]);
});

test("under Bun, a client that is killed takes sysrun with it", async (t) => {
  if (missing(t)) return;
  const client = inBun(`
    await perform("program sysrun\\n  pipe2([$r, $w], 0)\\n  getpid() = $me\\n  tell()\\n  read($r, [$x], 1)", {
      onTold: ({ me }) => console.log(me),
    });`);
  const pid = await new Promise<number>((resolve, reject) => {
    client.stdout?.once("data", (line: Buffer) => resolve(Number(line)));
    client.once("exit", (code) => reject(new Error(`the client ended with ${code}`)));
  });
  client.kill("SIGKILL");
  await until("sysrun to end", () => [undefined, "Z", "X"].includes(readStat(pid)?.state));
});
