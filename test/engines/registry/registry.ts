/** A registry on the loopback of a machine that a test has to itself: nothing of it can be reached from elsewhere. */
import { setTimeout as pause } from "node:timers/promises";
import type { Machine } from "../machine/machine.ts";

export const ADDRESS = "127.0.0.1:5000";

const CONFIGURATION = `version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: /var/registry}}
http: {addr: "${ADDRESS}"}
`;

const START_TIMEOUT_MS = 60_000;

/** @throws Error when it does not answer in time */
export async function startRegistry(machine: Machine): Promise<void> {
  machine.write("/etc/registry.yml", CONFIGURATION);
  machine.start(["docker-registry", "serve", "/etc/registry.yml"], { stdio: "ignore" });
  const [host, port] = ADDRESS.split(":");
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while ((await machine.run(["bash", "-c", `exec 3<>/dev/tcp/${host}/${port}`])).code !== 0) {
    if (Date.now() > deadlineMs) throw new Error(`docker-registry does not answer at ${ADDRESS}`);
    await pause(100);
  }
}
