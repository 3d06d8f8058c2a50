/**
 * Runs the agent on this machine. It says through a pipe (`--ready-fd 3`) where it listens, and is told to end by
 * SIGTERM, when it undoes what it and its learners made.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { inBuild } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";

/** Reading the kernel's state once and loading the labs takes a second or two on a small machine. */
const READY_MS = 60_000;

/** The agent resets what open labs made: processes first asked, then killed. */
const STOP_MS = 30_000;

/**
 * @typedef {object} RunningAgent
 * @property {string} url with the token
 * @property {Promise<number>} ended its exit code; 0 when it was told to end and did
 * @property {() => Promise<void>} stop resolves when it and all it started are gone
 */

/**
 * @param {object} options
 * @param {string} [options.host]
 * @param {number} [options.port] any free one by default
 * @param {string} [options.home] keeps its data and its runtime state here, not in the machine's usual places
 * @returns {Promise<RunningAgent & { pid: number }>}
 * @throws {Refusal}
 */
export async function runAgentHere({ host = "127.0.0.1", port = 0, home }) {
  const places = home === undefined ? [] : placeOptions(placesIn(home));
  const args = [inBuild("glassboxd.mjs"), "--host", host, "--port", String(port), "--ready-fd", "3", ...places];
  // Its own process group, so that Ctrl-C reaches it once, from us, and a hanging one can be killed with its children.
  const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "pipe"], detached: true });
  const killGroup = () => {
    try {
      if (child.pid) process.kill(-child.pid, "SIGKILL");
    } catch {
      // ESRCH: nobody is left in the group
    }
  };
  process.on("exit", killGroup);
  let endedBy = "";
  const ended = new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (code, signal) => {
      endedBy = signal ? `, killed by ${signal}` : `, with exit code ${code}`;
      process.off("exit", killGroup);
      killGroup();
      resolve(code ?? (signal === "SIGTERM" || signal === "SIGINT" ? 0 : 1));
    });
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(killGroup, STOP_MS);
    await ended;
    clearTimeout(timer);
  };
  const line = await Promise.race([firstLine(child.stdio[3]), ended, expiry(READY_MS)]);
  if (typeof line === "string") return { url: JSON.parse(line).url, pid: child.pid ?? 0, ended, stop };
  await stop();
  throw new Refusal(
    line === undefined
      ? `The agent was not ready after ${READY_MS / 1000} s`
      : `The agent ended before it was ready${endedBy}`,
    "What it printed above says why; where it printed nothing, a native part does not fit: rm -r node_modules, and again",
  );
}

/** Where an agent with a home of its own keeps labs and progress, runtime state, and its keys. @param {string} home */
export function placesIn(home) {
  const at = (/** @type {string} */ name) => path.join(home, name);
  return { dataDir: at("data"), runDir: at("run"), tokenFile: at("tokens.json") };
}

/** @param {ReturnType<typeof placesIn>} places */
function placeOptions({ dataDir, runDir, tokenFile }) {
  return ["--data-dir", dataDir, "--run-dir", runDir, "--token-file", tokenFile];
}

/** @param {import("node:stream").Readable} stream @returns {Promise<string>} never settles when the stream ends first */
function firstLine(stream) {
  let text = "";
  return new Promise((resolve) => {
    stream.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });
}

/** @param {number} ms @returns {Promise<undefined>} */
function expiry(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}
