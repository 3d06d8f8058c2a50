/**
 * The built agent on a free port and on directories of its own, and a way to call its API: what the measures of the
 * running product stand on.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runAgentHere } from "../start/agent-here.mjs";

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
  try {
    const agent = await runAgentHere({ home });
    try {
      return await work({ url: agent.url, pid: agent.pid, home, ...(await signIn(agent.url)) });
    } finally {
      await agent.stop();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
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
