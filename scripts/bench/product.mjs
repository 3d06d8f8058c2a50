/**
 * The built agent on a free port and on directories of its own, and a way to call its API: what the measures of the
 * running product stand on.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inBuild } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";

/**
 * @typedef {object} Product
 * @property {string} url with the token
 * @property {string} origin
 * @property {string} cookie
 * @property {number} pid
 * @property {(method: string, path: string, body?: unknown) => Promise<any>} call
 * @property {string} home a directory of its own
 */

/**
 * @template T
 * @param {(product: Product) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProduct(work) {
  const home = mkdtempSync(path.join(tmpdir(), "glassbox-bench-"));
  const places = ["--data-dir", path.join(home, "data"), "--run-dir", path.join(home, "run")];
  const args = [inBuild("glassboxd.mjs"), "--port", "0", "--ready-fd", "3", ...places];
  const agent = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit", "pipe"] });
  const ended = new Promise((resolve) => agent.once("exit", resolve));
  try {
    const line = await Promise.race([firstChunk(agent.stdio[3]), ended]);
    if (typeof line !== "string")
      throw new Refusal("Cannot measure: the agent did not start", "What it printed says why");
    const url = JSON.parse(line).url;
    return await work({ url, pid: agent.pid ?? 0, home, ...(await signIn(url)) });
  } finally {
    agent.kill("SIGTERM");
    await ended;
    rmSync(home, { recursive: true, force: true });
  }
}

/** @param {import("node:stream").Readable} stream @returns {Promise<string>} */
function firstChunk(stream) {
  return new Promise((resolve) => stream.once("data", (chunk) => resolve(String(chunk))));
}

/** @param {string} url */
async function signIn(url) {
  const { origin } = new URL(url);
  const response = await fetch(url, { redirect: "manual" });
  const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  /** @param {string} method @param {string} place @param {unknown} [body] */
  const call = async (method, place, body) => {
    const headers = { cookie, origin, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const answer = await fetch(`${origin}${place}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${place} answered ${answer.status}: ${await answer.text()}`);
    return answer.status === 204 ? undefined : await answer.json();
  };
  return { origin, cookie, call };
}
