/**
 * A user of a systemd of the test's own (`own-systemd.ts`), logged in as far as systemd goes: their own systemd runs, and
 * they are in a session beside it. logind is left out, and so is all else that a login starts.
 */
import { existsSync } from "node:fs";
import type { Outcome } from "../suites/oci/rig/command.ts";
import { type OwnSystemd, startSystemd, whyNoSystemd } from "./own-systemd.ts";

export const UID = 23_456;
export const HOME = "/home/learner";
const SLICE = `/user.slice/user-${UID}.slice`;
const SESSION = "session-of-learner.service";

/** What has to be there beside systemd: the buses, and what maps a user's further ids. */
const PROGRAMS = ["/usr/bin/dbus-daemon", "/usr/bin/busctl", "/usr/bin/newuidmap"];
const USER_BUS = "/usr/lib/systemd/user/dbus.socket";

export interface OwnUser {
  systemd: OwnSystemd;
  /** Run a command as the user, in their session. */
  run(command: string[]): Outcome;
  /** What the user's systemd has of a unit: each property as `NAME=VALUE`, in its own order. */
  properties(unit: string, ...names: string[]): string[];
  /** Where that systemd has its units, as this process sees it. */
  cgroup: string;
  stop(): Promise<void>;
}

/** @returns why there can be none here, for a test to skip with */
export function whyNoUser(): string | undefined {
  const missing = [...PROGRAMS, USER_BUS].find((path) => !existsSync(path));
  return whyNoSystemd() ?? (missing && `there is no ${missing}`);
}

// /etc as it is, and what is written there gone with the mount. /home must be no overlay: podman lays its own on it.
const ADD_USER = `
  mkdir -p /run/etc/upper /run/etc/work
  mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc
  mount -t tmpfs -o mode=755 tmpfs /home
  echo 'learner:x:${UID}:${UID}::${HOME}:/bin/sh' >>/etc/passwd
  echo 'learner:x:${UID}:' >>/etc/group
  for file in /etc/subuid /etc/subgid; do echo learner:600000:65536 >$file; done
  install -d -o ${UID} -g ${UID} ${HOME}`;

// Not one unit more than is asked for: by its own dependencies each would start the machine's first target, which for one
// empties /tmp. Nor is there logind, or PAM, which would have words with it.
const LEAVE_OUT = `
  mount --make-rshared /
  for manager in system user; do for kind in service socket; do
    mkdir -p /run/systemd/$manager/$kind.d
    printf '[Unit]\\nDefaultDependencies=no\\n' >/run/systemd/$manager/$kind.d/alone.conf
  done; done
  mkdir /run/systemd/system/user@.service.d
  printf '[Service]\\nPAMName=\\nEnvironment=XDG_RUNTIME_DIR=/run/user/%%i\\n' >/run/systemd/system/user@.service.d/alone.conf
  printf '[Service]\\nSlice=user-${UID}.slice\\nExecStart=sleep infinity\\n' >/run/systemd/system/${SESSION}
  for unit in systemd-logind dbus-org.freedesktop.login1 systemd-tmpfiles-setup systemd-tmpfiles-clean; do
    ln -s /dev/null /run/systemd/system/$unit.service
  done
  printf '[Unit]\\nDefaultDependencies=no\\nWants=dbus.socket\\n' >/run/systemd/user/default.target`;

/** @throws Error when systemd, or the user's own, does not start */
export async function startUser(): Promise<OwnUser> {
  const systemd = await startSystemd({ prepare: `${ADD_USER}\n${LEAVE_OUT}` });
  try {
    const { code, stderr } = systemd.run(["systemctl", "start", "dbus.socket", `user@${UID}.service`, SESSION]);
    if (code !== 0) throw new Error(`Cannot start the systemd of a user: ${stderr}`);
  } catch (thrown) {
    await systemd.stop();
    throw thrown;
  }
  const become = ["setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--init-groups", "sh", "-c", 'cd; exec "$@"', "sh"];
  const env = { HOME, USER: "learner", XDG_RUNTIME_DIR: `/run/user/${UID}` };
  const run = (command: string[]) => systemd.run([...become, ...command], { group: `${SLICE}/${SESSION}`, env });
  return {
    systemd,
    run,
    properties: (unit, ...names) =>
      run(["systemctl", "--user", "show", "-p", names.join(","), unit])
        .stdout.trim()
        .split("\n"),
    cgroup: `${systemd.cgroup}${SLICE}/user@${UID}.service`,
    stop: () => systemd.stop(),
  };
}
