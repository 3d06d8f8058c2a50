/**
 * podman without root where systemd runs: podman asks the user's own systemd for a scope, and so does glassrun, as root of
 * podman's user namespace or as the user. What is read of limits is read in the container's own cgroup. Needs cgroup v2.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { rootlessConfig } from "../../../packages/runtime/src/2-oci/spec/default-config.ts";
import { HOME, type OwnUser, startUser, UID, whyNoUser } from "../../../packages/runtime/test/root/own-user.ts";
import { until } from "../../../packages/runtime/test/root/until.ts";
import { glassrun, imageRoot } from "../places.ts";
import { snippet } from "../snippet.ts";
import { whyNot, whyNotAsUser } from "../why-not.ts";

const skip = whyNoUser() || whyNot("podman", "conmon") || whyNotAsUser();
const ROOT = `${HOME}/rootfs`;
const mebibyte = 1 << 20;

let user: OwnUser;
before(async () => {
  if (skip) return;
  user = await startUser();
  const configuration = snippet("/etc/containers/containers.conf").replace(/"cgroupfs"/, '"systemd"');
  const script = `mkdir -p /etc/containers; echo "$1" >/etc/containers/containers.conf
    cp -a "$2" ${ROOT}; chown -R ${UID}:${UID} ${ROOT}`;
  succeeds(user.systemd.run(["sh", "-c", script, "sh", configuration, imageRoot]));
});
after(() => user?.stop());

function succeeds({ code, stdout, stderr }: ReturnType<OwnUser["run"]>): string {
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

/** No unit of that name, and no cgroup. */
async function isGone(unit: string, cgroup: string): Promise<void> {
  await until(`systemd to forget ${unit}`, () => user.properties(unit, "LoadState")[0] === "LoadState=not-found");
  assert.equal(existsSync(cgroup), false);
}

test("podman --cgroup-manager systemd without root: a scope of the user's, with its limits, until it is removed", {
  skip,
}, async () => {
  const podman = (...args: string[]) => succeeds(user.run(["podman", ...args]));
  const limits = ["--memory", "64m", "--cpus", "0.5", "--pids-limit", "33"];
  const script = 'trap "exit 5" TERM; while :; do sleep 0.2; done';
  const flags = ["--detach", "--name", "web", "--network", "none", ...limits];
  const id = podman("run", ...flags, "--rootfs", ROOT, "sh", "-c", script);
  const unit = `libpod-${id}.scope`;
  const cgroup = `${user.cgroup}/user.slice/${unit}`;
  const file = (name: string) => readFileSync(`${cgroup}/${name}`, "utf8").trim();
  assert.deepEqual(["memory.max", "cpu.max", "pids.max"].map(file), [`${64 * mebibyte}`, "50000 100000", "33"]);
  assert.deepEqual(user.properties(unit, "MemoryMax", "CPUQuotaPerSecUSec", "TasksMax", "Description").sort(), [
    "CPUQuotaPerSecUSec=500ms",
    `Description=glassrun container ${id}`,
    `MemoryMax=${64 * mebibyte}`,
    "TasksMax=33",
  ]);
  const read = "cat /proc/self/cgroup /sys/fs/cgroup/pids.max; id -u";
  assert.equal(podman("exec", "web", "sh", "-c", read), "0::/\n33\n0");
  podman("stop", "--time", "60", "web");
  assert.equal(podman("inspect", "--format", "{{.State.ExitCode}}", "web"), "5");
  podman("rm", "web");
  await isGone(unit, cgroup);
});

test("glassrun --systemd-cgroup as a user in a session, which systemd has to take into the user's part of the tree", {
  skip,
}, async () => {
  const unit = "gb-web.scope";
  const cgroup = `${user.cgroup}/user.slice/${unit}`;
  const config = rootlessConfig(UID, UID);
  config.process = { ...config.process, cwd: "/", terminal: false, args: ["sleep", "1000"] };
  config.root = { path: ROOT };
  config.mounts?.push({ destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "ro"] });
  config.linux = { ...config.linux, cgroupsPath: "user.slice:gb:web", resources: { pids: { limit: 40 } } };
  succeeds(user.run(["sh", "-c", 'mkdir b; echo "$1" >b/config.json', "sh", JSON.stringify(config)]));
  const runtime = (...args: string[]) => user.run([glassrun, "--systemd-cgroup", ...args]);

  succeeds(runtime("run", "--detach", "--bundle", `${HOME}/b`, "web"));
  try {
    assert.equal(readFileSync(`${cgroup}/pids.max`, "utf8"), "40\n");
    const entered = succeeds(runtime("exec", "web", "cat", "/proc/self/cgroup", "/sys/fs/cgroup/pids.max"));
    assert.equal(entered, "0::/\n40");
    succeeds(runtime("update", "--pids-limit", "50", "web"));
    assert.deepEqual(user.properties(unit, "TasksMax"), ["TasksMax=50"]);
  } finally {
    succeeds(runtime("delete", "--force", "web"));
  }
  await isGone(unit, cgroup);
  const left = readdirSync(`${user.cgroup}/app.slice`).filter((name) => name.startsWith("glassrun-"));
  assert.deepEqual(left, [], "the scopes that glassrun itself was in are gone");

  config.linux.resources = { cpu: { cpus: "0" } };
  succeeds(user.run(["sh", "-c", 'echo "$1" >b/config.json', "sh", JSON.stringify(config)]));
  const refused = runtime("run", "--bundle", `${HOME}/b`, "web");
  assert.match(refused.stderr, /cannot set cpuset limit: .* does not pass the cpuset controller on/);
  await isGone(unit, cgroup);
});
