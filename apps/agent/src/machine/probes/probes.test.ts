import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeBounding } from "./capabilities.ts";
import { judgeCgroups } from "./cgroups.ts";
import { judgeRelease } from "./kernel-release.ts";
import { judgeKvm } from "./kvm.ts";
import { judgeActions } from "./seccomp.ts";
import { judgeSettings } from "./user-namespaces.ts";

test("judgeRelease takes 5.7 and later", () => {
  const releases = ["5.6.19-amd64", "5.7.0", "4.19.0-26-amd64", "6.1.0-56-amd64", "6.18.44"];
  assert.deepEqual(
    releases.map((name) => judgeRelease(name).status),
    ["no", "yes", "no", "yes", "yes"],
  );
});

const v1 = (name: string) => ({
  version: 1 as const,
  controllers: [name],
  mountPoint: `/sys/fs/cgroup/${name}`,
  ownPath: "/",
});
const unified = { version: 2 as const, mountPoint: "/sys/fs/cgroup/unified", ownPath: "/" };

test("judgeCgroups finds the controllers of both versions on a hybrid machine", () => {
  const hierarchies = [...["cpu", "memory", "pids", "name=systemd"].map(v1), { ...unified, controllers: ["hugetlb"] }];
  assert.deepEqual(
    judgeCgroups({ mode: "hybrid", hierarchies }, () => true),
    { status: "yes", detail: "hybrid: v1 has cpu memory pids; v2 has hugetlb" },
  );
});

test("judgeCgroups counts no controller whose cgroup may not be written", () => {
  const hierarchies = ["cpu", "memory", "pids"].map(v1);
  const finding = judgeCgroups({ mode: "v1", hierarchies }, (directory) => !directory.includes("pids"));
  assert.deepEqual([finding.status, finding.detail], ["limited", "v1: v1 has cpu memory pids; not usable: pids"]);
});

test("judgeCgroups says no where nothing is mounted", () => {
  assert.equal(judgeCgroups({ mode: "none", hierarchies: [] }, () => true).status, "no");
});

test("judgeBounding names what no program here can get", () => {
  assert.deepEqual(judgeBounding("000001ffffffffff", 40), {
    status: "yes",
    detail: "all 41 can be given to a container",
  });
  assert.deepEqual(judgeBounding("000001fffeffffff", 40), {
    status: "limited",
    detail: "all but CAP_SYS_RESOURCE",
    hint: "Hard resource limits cannot be raised here; npm start -- --vm has all capabilities",
  });
});

test("judgeBounding expects nothing newer than the kernel's last capability", () => {
  assert.equal(judgeBounding("0000003fffffffff", 37).status, "yes");
});

test("judgeKvm says yes only after a kernel has run", () => {
  const outcomes = ["ran", undefined, "did not run"] as const;
  assert.deepEqual(
    outcomes.map((kernel) => judgeKvm(kernel).status),
    ["yes", "limited", "no"],
  );
});

test("judgeActions wants what the usual profiles answer with", () => {
  const actions = "kill_process kill_thread trap errno user_notif trace log allow\n";
  assert.equal(judgeActions(actions).status, "yes");
  assert.deepEqual(judgeActions("kill_thread trap errno trace allow\n").detail, "without kill_process, log");
  assert.equal(judgeActions(undefined).status, "no");
});

test("judgeSettings names the setting that forbids user namespaces", () => {
  const ubuntu: Record<string, string> = {
    "/proc/sys/user/max_user_namespaces": "96365",
    "/proc/sys/kernel/unprivileged_userns_clone": "1",
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1",
  };
  assert.equal(
    judgeSettings((file) => ubuntu[file]).detail,
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns is 1",
  );
  assert.equal(judgeSettings(() => undefined).status, "yes");
});
