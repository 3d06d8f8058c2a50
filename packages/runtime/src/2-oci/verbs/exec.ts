/** `exec`: start one more process in a running container. */
import { resolve } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { exitCodeOf, freezerState, mayMoveTo, performPlan, readCgroupLayout } from "../../1-kernel/mod.ts";
import { userIn } from "../facts/accounts.ts";
import { factOf, lookInRoot } from "../facts/in-root.ts";
import { gatherOwnFacts } from "../facts/machine.ts";
import { fileSystemOf, mountPointOf } from "../facts/mount-above.ts";
import { readGroupsWord, readStanding } from "../facts/standing.ts";
import { planProcess } from "../plan/exec.ts";
import type { Config } from "../spec/config.ts";
import { type StoredState, statusOf } from "../state/container-state.ts";
import { isAllowed } from "../state/operations.ts";
import { isAlive } from "../state/process-identity.ts";
import { cachedProgram } from "../state/seccomp-cache.ts";
import { load, loadConfig } from "../state/store.ts";
import { execCgroups } from "./exec-cgroups.ts";
import { processOf } from "./exec-process.ts";
import { foreignNamespaces } from "./foreign-namespaces.ts";
import { checkTerminal, PIDFD_SOCKET_FLAG, preserved } from "./launch-flags.ts";
import { writePidFile } from "./pid-file.ts";
import { forwardSignals } from "./signals.ts";
import { startErrorText } from "./start-error.ts";
import { type Context, text, texts, type Values, type Verb } from "./verb.ts";

export const exec: Verb = {
  args: "ID COMMAND [ARGS...]",
  summary: "run one more process in a container",
  flagsFirst: true,
  errorCode: 255,
  flags: {
    "console-socket": { type: "string", value: "PATH", help: "socket that is sent the terminal's master side" },
    "pidfd-socket": PIDFD_SOCKET_FLAG,
    cwd: { type: "string", value: "PATH", help: "working directory" },
    env: { type: "string", short: "e", multiple: true, value: "NAME=VALUE", help: "set an environment variable" },
    tty: { type: "boolean", short: "t", help: "give it a terminal" },
    user: { type: "string", short: "u", value: "UID[:GID]", help: "run as this user" },
    "additional-gids": { type: "string", short: "g", multiple: true, value: "GID", help: "be in this group too" },
    process: { type: "string", short: "p", value: "FILE", help: "take the process from this JSON file" },
    detach: { type: "boolean", short: "d", help: "do not wait for it" },
    "pid-file": { type: "string", value: "PATH", help: "file to write its pid to" },
    cap: { type: "string", short: "c", multiple: true, value: "CAP", help: "add a capability" },
    "no-new-privs": { type: "boolean", help: "set no_new_privs" },
    "preserve-fds": { type: "string", value: "N", help: "pass N descriptors from 3 on" },
    cgroup: { type: "string", multiple: true, value: "PATH", help: "put it into this sub-cgroup of the container's" },
    "ignore-paused": { type: "boolean", help: "start it in a paused container too, frozen until that is resumed" },
    apparmor: { type: "string", value: "PROFILE", help: "AppArmor profile" },
    "process-label": { type: "string", value: "LABEL", help: "SELinux label" },
  },
  check(_, args) {
    if (args.length === 0) throw noCommand();
  },
  async run(context, values, [id = "", ...command]) {
    if (command.length === 0 && !values.process) throw noCommand();
    const { stored, directory } = load(context.root, id);
    checkStatus(stored, directory, values);
    const config = { ...loadConfig(directory) };
    config.process = processOf(config, values, command);
    try {
      return await perform(context, stored, config, values);
    } catch (thrown) {
      throw asExecError(thrown);
    }
  },
};

function noCommand(): GlassboxError {
  return new GlassboxError("invalid argument", '"exec" requires a container id and a command (or --process)', {
    hint: "glassrun exec --help",
  });
}

function checkStatus(stored: StoredState, directory: string, values: Values): void {
  const status = statusOf(stored, directory);
  if (isAllowed("exec", status, values["ignore-paused"] === true)) return;
  const override = status === "paused" ? " (use --ignore-paused to override)" : "";
  throw new GlassboxError("failed precondition", `cannot exec in a ${status} container${override}`, {
    hint: `Container "${stored.id}" is ${status}`,
  });
}

async function perform(context: Context, stored: StoredState, config: Config, values: Values): Promise<number> {
  const init = stored.init?.pid ?? 0;
  const detach = values.detach === true;
  const consoleSocket = text(values, "console-socket");
  const pidfdSocket = text(values, "pidfd-socket");
  checkTerminal(config.process?.terminal ?? false, detach, consoleSocket);
  const root = `/proc/${init}/root`;
  const layout = readCgroupLayout();
  for (const place of stored.unit === undefined ? [] : stored.cgroups)
    if (!mayMoveTo(layout, place)) await (await import("./systemd.ts")).comeNear(place.path);
  const joins = foreignNamespaces(init);
  // Its pid may be somebody else's since we looked.
  if (!stored.init || !isAlive(stored.init))
    throw new GlassboxError("failed precondition", "cannot exec in a stopped container: container not running");
  const facts = gatherOwnFacts();
  const profile = config.linux?.seccomp;
  const { plan, warnings } = planProcess({
    id: stored.id,
    config,
    bundle: stored.bundle,
    mode: detach ? "detach" : "run",
    initPid: init,
    joins,
    ...(stored.resctrl ? { resctrlTasks: stored.resctrl.tasks } : {}),
    cgroupDirectories: execCgroups(layout, init, stored.cgroups, texts(values, "cgroup")),
    ...(consoleSocket ? { consoleSocket: resolve(consoleSocket) } : {}),
    ...(pidfdSocket ? { pidfdSocket: resolve(pidfdSocket) } : {}),
    preserveFds: preserved(values),
    noNewKeyring: stored.noNewKeyring ?? false,
    ...(profile ? { seccompProgram: await cachedProgram(context.root, profile, facts.architecture) } : {}),
    facts: {
      ...facts,
      standing: { ...readStanding(), mayChooseGroups: readGroupsWord(init) !== "deny" },
      cgroupMode: layout.mode,
      cgroups: [],
      homeOf: (uid) => userIn(root, uid)?.home,
      fileSystemOf,
      mountPointOf,
      look: (path) => lookInRoot(root, path),
      tree: () => [],
      lookOnHost: factOf,
    },
  });
  for (const warning of warnings) context.log.warn(warning);
  let stopForwarding = () => {};
  const pidFile = text(values, "pid-file");
  try {
    const { results } = await performPlan(context.alter?.(plan) ?? plan, {
      descriptors: Array.from({ length: preserved(values) }, (_, index) => 3 + index),
      // Frozen, it reads nothing: then a long environment would keep us from hearing who it is, and passing signals on.
      awaited: values["ignore-paused"] === true,
      onTold: ({ process: told = 0 }) => {
        if (!detach) stopForwarding = forwardSignals(told);
        if (pidFile) writePidFile(pidFile, told);
      },
    });
    if (freezerState(stored.cgroups) === "frozen") context.log.debug("the container is paused: the process waits");
    return detach ? 0 : exitCodeOf(results.status ?? 0);
  } finally {
    stopForwarding();
  }
}

/** Callers read "exec failed" and what follows to tell a missing program (127) from one that may not run (126). */
function asExecError(thrown: unknown): unknown {
  if (!(thrown instanceof GlassboxError)) return thrown;
  const message = `exec failed: unable to start container process: ${startErrorText(thrown)}`;
  return new GlassboxError(thrown.category, message, { ...(thrown.hint ? { hint: thrown.hint } : {}), cause: thrown });
}
