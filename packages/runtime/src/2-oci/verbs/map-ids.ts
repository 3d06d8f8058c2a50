/**
 * Id maps without root: a plain user may map only themselves, and the set-user-id programs newuidmap and newgidmap hand
 * out the further ids that /etc/subuid and /etc/subgid give that user (man 1 newuidmap).
 */
import { GlassboxError } from "../../0-base/mod.ts";
import type { Config, SpecIdMapping } from "../spec/config.ts";
import { writeToFifo } from "./write-to-fifo.ts";

/** They write one file each. */
const TIMEOUT_MS = 10_000;

/**
 * Map the ids of process `pid` as the config says, then let the plan go on.
 * @param fifo which the plan reads a byte from when it is done
 * @throws GlassboxError permission denied, with what the program said
 */
export async function mapIds(config: Config, pid: number, fifo: string): Promise<void> {
  const { uidMappings = [], gidMappings = [] } = config.linux ?? {};
  await run("newuidmap", pid, uidMappings, "/linux/uidMappings");
  await run("newgidmap", pid, gidMappings, "/linux/gidMappings");
  writeToFifo(fifo);
}

async function run(program: string, pid: number, mappings: readonly SpecIdMapping[], from: string): Promise<void> {
  const { spawn } = await import("node:child_process");
  const words = mappings.flatMap(({ containerID, hostID, size }) => [containerID, hostID, size]);
  const child = spawn(program, [pid, ...words].map(String), {
    stdio: ["ignore", "inherit", "pipe"],
    timeout: TIMEOUT_MS,
  });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-4096);
  });
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once("error", (cause) => resolve(cause.message));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : said.trim() || `ended with ${code ?? signal}`),
    );
  });
  if (failure === undefined) return;
  const file = program === "newuidmap" ? "/etc/subuid" : "/etc/subgid";
  throw new GlassboxError("permission denied", `Cannot map ids (${from}): ${program}: ${failure}`, {
    hint: `Without root, ids beside one's own must be in ${file}, and the package uidmap installed`,
  });
}
