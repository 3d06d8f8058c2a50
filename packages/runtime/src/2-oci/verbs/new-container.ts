/** What has to hold before a container is made, and what is written down of it first. */
import { GlassboxError } from "../../0-base/mod.ts";
import { freezerState, processesIn } from "../../1-kernel/mod.ts";
import { userIn } from "../facts/accounts.ts";
import type { MachineFacts } from "../plan/planning.ts";
import type { Bundle } from "../spec/bundle.ts";
import type { Config } from "../spec/config.ts";
import type { StoredState } from "../state/container-state.ts";
import { identify } from "../state/process-identity.ts";
import type { LaunchOptions } from "./launch-flags.ts";

/** Of a container that is about to be made, by this process. */
export function newState(id: string, bundle: Bundle, cgroups: MachineFacts["cgroups"]): StoredState {
  const uid = process.getuid?.() ?? 0;
  return {
    id,
    bundle: bundle.path,
    rootfs: bundle.rootfs,
    created: new Date().toISOString(),
    owner: userIn("/", uid)?.name ?? String(uid),
    annotations: bundle.config.annotations ?? {},
    cgroups: cgroups.map(({ place }) => place),
    maker: identify(process.pid) ?? { pid: process.pid, startTime: 0 },
  };
}

/**
 * Killing a container is killing all that is in its cgroup, so it has to be there alone: with others in it, as in the
 * root, they would end with it. runc since 1.2 refuses in the same words.
 */
export function checkUnused(cgroups: MachineFacts["cgroups"], holder?: number): void {
  for (const { place } of cgroups) {
    const others = processesIn(place.directory).filter((pid) => pid !== holder);
    if (others.length === 0) continue;
    throw new GlassboxError(
      "failed precondition",
      `container's cgroup is not empty: ${others.length} process(es) found in "${place.directory}"`,
      { hint: "Give each container a /linux/cgroupsPath of its own, or none" },
    );
  }
  if (freezerState(cgroups.map(({ place }) => place)) === "frozen")
    throw new GlassboxError("failed precondition", "container's cgroup unexpectedly frozen");
}

/** A terminal needs somebody to hold its other side. @throws GlassboxError invalid argument, in runc's words */
export function checkTerminal(config: Config, { mode, consoleSocket }: LaunchOptions): void {
  const terminal = config.process?.terminal ?? false;
  if (terminal && mode !== "run" && !consoleSocket) {
    throw new GlassboxError(
      "invalid argument",
      "cannot allocate tty if the runtime will detach without setting console socket",
      {
        hint: "Give --console-socket, or set /process/terminal to false",
      },
    );
  }
  if (consoleSocket && (!terminal || mode === "run")) {
    throw new GlassboxError(
      "invalid argument",
      "cannot use console socket if the runtime will not detach or allocate tty",
    );
  }
}
