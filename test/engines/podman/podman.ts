/**
 * podman on a machine of its own, set up as docs/operators.md says, with the busybox image in its store. Both runtimes
 * are in its configuration; glassrun is what it uses unless told otherwise.
 */
import type { Ended } from "../machine/ended.ts";
import { type Machine, type RunOptions, startMachine } from "../machine/machine.ts";
import { onTerminal } from "../machine/terminal.ts";
import { imageLayout } from "../places.ts";
import { snippet } from "../snippet.ts";

/** The name of the image. */
export const IMAGE = "localhost/lab";

/** The runtime under test and the control: what does not work with both is not ours to mend. */
export const RUNTIMES: readonly string[] = ["glassrun", "runc"];

/** The same where the control was seen to answer alike and takes its time: with ENGINES_CONTROL=1 it answers again. */
export const RUNTIMES_ON_REQUEST = process.env.ENGINES_CONTROL === "1" ? RUNTIMES : ["glassrun"];

export interface Podman {
  /** `podman ARGS`, to its end. */
  (args: readonly string[], options?: RunOptions): Promise<Ended>;
  machine: Machine;
  /** The same on a terminal, whose lines end as terminals' do. */
  onTerminal(args: readonly string[]): Promise<Ended>;
}

/** @throws Error with what podman said */
export async function startPodman(): Promise<Podman> {
  const machine = await startMachine();
  try {
    machine.write("/etc/containers/containers.conf", snippet("/etc/containers/containers.conf"));
    const podman: Podman = Object.assign(
      (args: readonly string[], options?: RunOptions) => machine.run(["podman", ...args], options),
      { machine, onTerminal: (args: readonly string[]) => onTerminal(machine, ["podman", ...args]) },
    );
    await must(podman(["pull", "--quiet", `oci:${imageLayout}`]), "pull");
    const [id = ""] = (await must(podman(["images", "--quiet"]), "images")).out.trim().split("\n");
    await must(podman(["tag", id, IMAGE]), "tag");
    return podman;
  } catch (thrown) {
    await machine.close();
    throw thrown;
  }
}

async function must(running: Promise<Ended>, what: string): Promise<Ended> {
  const ended = await running;
  if (ended.code !== 0) throw new Error(`Cannot start podman: podman ${what} ended with ${ended.code}: ${ended.err}`);
  return ended;
}
