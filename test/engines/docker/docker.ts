/**
 * dockerd on a machine of its own, set up as docs/operators.md says, with the busybox root as an image. Both runtimes are
 * there; glassrun is what it uses unless told otherwise. The client is Debian's own, so that both are of one age.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type Ended, endOf } from "../machine/ended.ts";
import { type Machine, type RunOptions, startMachine } from "../machine/machine.ts";
import { onTerminal } from "../machine/terminal.ts";
import { imageRoot } from "../places.ts";
import { snippet } from "../snippet.ts";

export const IMAGE = "lab";

/** The runtime under test and the control: what does not work with both is not ours to mend. */
export const RUNTIMES = ["glassrun", "runc"] as const;

export const PROGRAMS = ["/usr/sbin/dockerd", "/usr/bin/docker", "containerd", "runc", "docker-init"];

/** It loads plug-ins and waits for its containerd; a busy machine gets twenty times as long as it needs. */
const START_TIMEOUT_MS = 60_000;

export interface Docker {
  /** `docker ARGS`, to its end. */
  (args: readonly string[], options?: RunOptions): Promise<Ended>;
  machine: Machine;
  /** The same on a terminal, whose lines end as terminals' do. */
  onTerminal(args: readonly string[]): Promise<Ended>;
  /** End dockerd and its containerd, and start them again. */
  restart(): Promise<void>;
}

/**
 * @param settings beside those of the operators' page, for daemon.json
 * @param prepare what the machine needs for them before dockerd starts
 * @throws Error with what docker or dockerd said
 */
export async function startDocker(
  settings: Record<string, unknown> = {},
  prepare: (machine: Machine) => Promise<void> = async () => {},
): Promise<Docker> {
  const machine = await startMachine();
  const client = (args: readonly string[]) => ["/usr/bin/docker", ...args];
  const docker = (args: readonly string[], options?: RunOptions) => machine.run(client(args), options);
  const start = () => machine.start(["dockerd"], { stdio: "ignore" });
  let daemon: ReturnType<typeof start>;
  const restart = async () => {
    await machine.run(["sh", "-c", "kill $(cat /run/docker.pid)"]);
    await endOf(daemon, START_TIMEOUT_MS);
    daemon = start();
    await untilReady(docker);
  };
  try {
    const configuration = { ...JSON.parse(snippet("/etc/docker/daemon.json")), ...settings };
    machine.write("/etc/docker/daemon.json", JSON.stringify(configuration));
    await prepare(machine);
    daemon = start();
    await untilReady(docker);
    const imported = await machine.run(["sh", "-c", `tar -C ${imageRoot} -c . | /usr/bin/docker import - ${IMAGE}`]);
    if (imported.code !== 0) throw new Error(`Cannot start docker: docker import: ${imported.err}`);
    const ask = (args: readonly string[]) => onTerminal(machine, client(args));
    return Object.assign(docker, { machine, onTerminal: ask, restart });
  } catch (thrown) {
    await machine.close();
    throw thrown;
  }
}

async function untilReady(docker: (args: readonly string[]) => Promise<Ended>): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const { code, err } = await docker(["version"]);
    if (code === 0) return;
    if (Date.now() > deadlineMs) throw new Error(`dockerd does not answer: ${err}`);
    await pause(100);
  }
}
