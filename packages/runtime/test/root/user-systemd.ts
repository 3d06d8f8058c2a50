/**
 * The systemd of a user without root, in a group that has been handed over to it: a service of the test's own systemd,
 * started without PAM or D-Bus, which it can do without.
 */
import assert from "node:assert/strict";
import type { Outcome } from "../suites/oci/rig/command.ts";
import type { OwnSystemd } from "./own-systemd.ts";
import { USER } from "./rootless/plain-user.ts";

/** Its cgroup, as the test's own systemd has it. */
export const USERS_SERVICE = "/system.slice/manager.service";
/** Below /run, which is that systemd's own. */
const RUNTIME_DIR = "/run/user-manager";

/**
 * Ends with `systemd`.
 * @returns runs a command as the user, in a group below the one that is theirs: from elsewhere they may move nothing there
 */
export function startUserSystemd(systemd: OwnSystemd): (command: string[]) => Outcome {
  const group = `/sys/fs/cgroup${USERS_SERVICE}/client`;
  // Without the dependencies that a service has by default: those would set this machine up, and empty its /tmp.
  const prepare = `
    set -e
    mkdir -p ${RUNTIME_DIR}/systemd/user
    printf '[Unit]\\nDescription=Nothing\\nDefaultDependencies=no\\n' >${RUNTIME_DIR}/systemd/user/nothing.target
    chown -R ${USER}:${USER} ${RUNTIME_DIR}
    systemd-run --quiet --unit=manager -p User=${USER} -p Group=${USER} -p DefaultDependencies=no -p Delegate=yes \\
      -p Type=notify -p Environment=XDG_RUNTIME_DIR=${RUNTIME_DIR} /lib/systemd/systemd --user --unit=nothing.target
    mkdir ${group}
    chown ${USER}:${USER} ${group} ${group}/cgroup.procs`;
  const prepared = systemd.run(["sh", "-c", prepare]);
  assert.equal(prepared.code, 0, prepared.stderr);
  const become = ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"];
  return (command) =>
    systemd.run([
      ...["sh", "-c", `echo 0 >${group}/cgroup.procs; exec "$@"`, "sh"],
      ...[...become, "env", `XDG_RUNTIME_DIR=${RUNTIME_DIR}`, ...command],
    ]);
}
