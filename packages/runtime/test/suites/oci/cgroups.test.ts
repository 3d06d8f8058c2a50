/** Where the container's cgroups are, what the container sees of them, and that they go with it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MachineCannot } from "./rig/box.ts";
import { cgroupOf, readCgroup, versionOf } from "./rig/cgroup-files.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "Cgroups Path"';
const controllers = ["memory", "pids", "cpu", "cpuset", "freezer", "devices", "blkio"] as const;

for (const controller of controllers) {
  rule(
    `an absolute cgroupsPath is the place in the tree of ${controller}`,
    `${source}: "relative to the cgroups mount point"`,
    (box) => {
      const name = versionOf(controller === "blkio" && !hasBlkio() ? "io" : controller) === 2 ? "freezer" : controller;
      const parent = `/${box.id}-parent`;
      const pid = box.launch(undefined, (configuration) => {
        configuration.linux.cgroupsPath = `${parent}/leaf`;
      });
      const directory = cgroupOf(pid, name);
      assert.deepEqual([basename(dirname(directory)), basename(directory)], [parent.slice(1), "leaf"]);
      box.ok(["delete", "--force", box.id]);
      removeParents(parent);
    },
  );
}

function hasBlkio(): boolean {
  return existsSync("/sys/fs/cgroup/blkio");
}

/** The runtime removes the container's own cgroup; what it made above belongs to whoever named it. */
function removeParents(parent: string): void {
  for (const tree of ["", ...controllers, "cpuacct", "systemd", "unified", "hugetlb"]) {
    const directory = join("/sys/fs/cgroup", tree, parent);
    if (existsSync(directory)) rmdirSync(directory);
  }
}

rule("a cgroup with others in it is refused, for they would end with the container", `${source}; runc 1.2`, (box) => {
  const shared = `/${box.id}-shared`;
  const pid = box.launch(undefined, (configuration) => {
    configuration.linux.cgroupsPath = shared;
  });
  const second = `${box.id}-second`;
  assert.match(box.refused(["create", second]), /container's cgroup is not empty/);
  assert.equal(box.state().status, "running");
  assert.equal(basename(cgroupOf(pid, "pids")), basename(shared));
});

rule("without cgroupsPath each container has a cgroup of its own", source, (box) => {
  const first = box.launch();
  const second = `${box.id}-second`;
  box.ok(["create", second]);
  const pid: number = JSON.parse(box.ok(["state", second])).pid;
  assert.notEqual(cgroupOf(pid, "pids"), cgroupOf(first, "pids"));
  assert.notEqual(cgroupOf(first, "pids"), cgroupOf(process.pid, "pids"));
});

rule("a cgroup that does not exist is made and removed with the container", 'runtime.md "Delete"', (box) => {
  const pid = box.launch();
  const directories = ["pids", "memory", "freezer"].map((controller) => cgroupOf(pid, controller));
  assert.ok(directories.every((directory) => existsSync(directory)));
  box.ok(["delete", "--force", box.id]);
  assert.deepEqual(
    directories.filter((directory) => existsSync(directory)),
    [],
  );
});

rule("a cgroup below the container's goes with it", 'runtime.md "Delete": the resources of create', (box) => {
  const pid = box.launch();
  const inner = join(cgroupOf(pid, "pids"), "inner");
  mkdirSync(inner);
  box.ok(["delete", "--force", box.id]);
  assert.ok(!existsSync(inner));
});

rule("a process started in the container is in its cgroup", 'config-linux.md "Control groups"', async (box) => {
  const pid = box.launch("sleep 1000 & sleep 1000; :");
  const file = { controller: "pids", v1: "cgroup.procs", v2: "cgroup.procs" };
  const procs = () => readCgroup(pid, file).split("\n");
  await box.until("the program and another one", () => procs().includes(`${pid}`) && procs().length >= 2);
});

rule("the container sees its own cgroup as a mount at /sys/fs/cgroup", 'config.md "Mounts", type cgroup', (box) => {
  const file = versionOf("pids") === 2 ? "/sys/fs/cgroup/cgroup.procs" : "/sys/fs/cgroup/pids/cgroup.procs";
  const seen = box.output(`grep -c '^1$' ${file}; (echo 1 > ${file}) 2>&1 | grep -c 'Read-only file system'`);
  assert.equal(seen, "1\n1\n");
});

rule("in a cgroup namespace the container's own cgroup is the root", "man 7 cgroup_namespaces", (box) => {
  const seen = box.output("cut -d: -f3 /proc/self/cgroup | sort | uniq", (configuration) => {
    configuration.linux.namespaces.push({ type: "cgroup" });
  });
  assert.ok(["/\n"].includes(seen), seen);
});

rule("unified is written to the files of v2", 'config-linux.md "Unified"', (box) => {
  if (versionOf("pids") !== 2) throw new MachineCannot("the controllers are on cgroup v1");
  const pid = box.launch(undefined, (configuration) => {
    configuration.linux.resources.unified = { "pids.max": "99" };
  });
  assert.equal(readCgroup(pid, { controller: "pids", v2: "pids.max" }), "99");
});

rule(
  "unified without v2 is refused",
  'config-linux.md "Unified": "MUST generate an error ... controller that is not present"',
  (box) => {
    if (versionOf("pids") === 2) throw new MachineCannot("the controllers are on cgroup v2");
    box.rejects((configuration) => {
      configuration.linux.resources.unified = { "pids.max": "99" };
    });
  },
);

rule("a controller that does not exist is refused in unified", 'config-linux.md "Unified"', (box) => {
  box.rejects((configuration) => {
    configuration.linux.resources.unified = { "colour.max": "99" };
  });
});

/** Whether v2 is all there is here, with this controller. */
function onUnified(controller: string): boolean {
  const list = "/sys/fs/cgroup/cgroup.controllers";
  return existsSync(list) && readFileSync(list, "utf8").trim().split(" ").includes(controller);
}

for (const [field, controller, value] of [
  ["hugepageLimits", "hugetlb", [{ pageSize: "2MB", limit: 2 << 20 }]],
  ["rdma", "rdma", { mlx5_1: { hcaHandles: 3 } }],
  ["network", "net_cls", { classID: 1 }],
] as const) {
  rule(
    `${field} on a machine without ${controller} is refused`,
    'config-linux.md "Control groups": limits that cannot be kept',
    (box) => {
      if (existsSync(`/sys/fs/cgroup/${controller}`) || onUnified(controller))
        throw new MachineCannot(`this machine has ${controller}`);
      if (field === "network" && versionOf("pids") === 2)
        throw new MachineCannot("v2 has no file for it, which is a warning");
      const said = box.rejects((configuration) => {
        configuration.linux.resources[field] = value;
      });
      assert.match(said, new RegExp(controller));
    },
  );
}
