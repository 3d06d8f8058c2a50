/** containerd on a machine of its own, set up as docs/operators.md says, with the busybox image in its store. */
import { setTimeout as pause } from "node:timers/promises";
import type { Ended } from "../machine/ended.ts";
import { type Machine, type RunOptions, startMachine } from "../machine/machine.ts";
import { onTerminal } from "../machine/terminal.ts";
import { glassrun, imageLayout } from "../places.ts";
import { snippet } from "../snippet.ts";

export const IMAGE = "lab:lab";

/** The runtime under test and the control, as `ctr run --runc-binary` wants them. */
export const RUNTIMES = { glassrun, runc: "runc" } as const;

/** It is up within a second; a busy machine gets much longer. */
const START_TIMEOUT_MS = 60_000;

export interface Ctr {
  /** `ctr ARGS`, to its end. */
  (args: readonly string[], options?: RunOptions): Promise<Ended>;
  machine: Machine;
  /** The same on a terminal, whose lines end as terminals' do. */
  onTerminal(args: readonly string[]): Promise<Ended>;
}

/** @throws Error with what ctr said */
export async function startContainerd(): Promise<Ctr> {
  const machine = await startMachine();
  try {
    machine.write("/etc/containerd/config.toml", snippet("/etc/containerd/config.toml"));
    machine.start(["containerd"], { stdio: "ignore" });
    const ctr = (args: readonly string[], options?: RunOptions) => machine.run(["ctr", ...args], options);
    await untilReady(ctr);
    const archive = `${machine.work}/image.tar`;
    await machine.run(["tar", "-C", imageLayout, "-cf", archive, "."]);
    const imported = await ctr(["image", "import", "--base-name", "lab", archive]);
    if (imported.code !== 0) throw new Error(`Cannot start containerd: ctr image import: ${imported.err}`);
    return Object.assign(ctr, {
      machine,
      onTerminal: (args: readonly string[]) => onTerminal(machine, ["ctr", ...args]),
    });
  } catch (thrown) {
    await machine.close();
    throw thrown;
  }
}

async function untilReady(ctr: (args: readonly string[]) => Promise<Ended>): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const { code, err } = await ctr(["version"]);
    if (code === 0) return;
    if (Date.now() > deadlineMs) throw new Error(`containerd does not answer: ${err}`);
    await pause(100);
  }
}
