/** `kill`: send a signal to a container's first process, or with --all to every process of its cgroup. */
import { GlassboxError } from "../../0-base/mod.ts";
import { freezerState, SIGNAL, signalAll, thaw } from "../../1-kernel/mod.ts";
import { statusOf } from "../state/container-state.ts";
import { isAllowed } from "../state/operations.ts";
import { load, loadConfig } from "../state/store.ts";
import { processPlace, sendSignal } from "./cleanup.ts";
import type { Verb } from "./verb.ts";

export const kill: Verb = {
  args: "ID [SIGNAL]",
  summary: "send a signal to a container (default: SIGTERM)",
  flags: { all: { type: "boolean", short: "a", help: "send it to every process of the container" } },
  async run(context, values, args) {
    const [id, word = "SIGTERM", ...more] = args;
    if (id === undefined || more.length > 0) {
      throw new GlassboxError("invalid argument", '"kill" requires a container id and at most one signal', {
        hint: "glassrun kill --help",
      });
    }
    const signal = parseSignal(word);
    const { stored, directory } = load(context.root, id);
    const status = statusOf(stored, directory);
    const place = processPlace(stored);
    const all = values.all === true;
    if (!isAllowed("kill", status, all)) {
      throw new GlassboxError("failed precondition", "container not running", { hint: `Container "${id}" is stopped` });
    }
    // Where the container shares its pid namespace, the death of its first process ends nobody else.
    const shared = signal === SIGNAL.SIGKILL && !ownPidNamespace(directory);
    if ((all || shared) && place) signalAll(place, signal);
    else if (stored.init) sendSignal(stored.init.pid, signal);
    if (signal === SIGNAL.SIGKILL && freezerState(stored.cgroups) === "frozen") thaw(stored.cgroups);
    return 0;
  },
};

/** `9`, `KILL`, `sigkill`. @throws GlassboxError invalid argument */
export function parseSignal(word: string): number {
  if (/^\d+$/.test(word) && Number(word) <= 64) return Number(word);
  const upper = word.toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  const signal = (SIGNAL as Record<string, number>)[name];
  if (signal === undefined || name.startsWith("SIG_")) {
    throw new GlassboxError("invalid argument", `unknown signal "${word}"`, {
      hint: "Use a name such as TERM, or a number",
    });
  }
  return signal;
}

function ownPidNamespace(directory: string): boolean {
  try {
    return (loadConfig(directory).linux?.namespaces ?? []).some(({ type }) => type === "pid");
  } catch {
    return false;
  }
}
