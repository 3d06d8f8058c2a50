/** `spec`: the configuration people start from. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Configuration, defaultConfiguration } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-spec";

const read = (path: string): Configuration => JSON.parse(readFileSync(path, "utf8"));

rule("writes config.json in the current directory", source, (box) => {
  box.ok(["spec"]);
  const { process, root, hostname } = read(`${box.bundle}/config.json`);
  assert.deepEqual(
    {
      args: process.args,
      cwd: process.cwd,
      terminal: process.terminal,
      user: process.user,
      root: root.path,
      hostname: typeof hostname,
    },
    { args: ["sh"], cwd: "/", terminal: true, user: { uid: 0, gid: 0 }, root: "rootfs", hostname: "string" },
  );
});

rule("has the default mounts in their order", 'config-linux.md "Default Filesystems"', (box) => {
  box.ok(["spec"]);
  assert.deepEqual(
    read(`${box.bundle}/config.json`).mounts.map(({ destination }) => destination),
    defaultConfiguration("").mounts.map(({ destination }) => destination),
  );
});

rule("has capabilities, rlimits, no_new_privs, masked and read-only paths", source, (box) => {
  box.ok(["spec"]);
  const { process, linux } = read(`${box.bundle}/config.json`);
  assert.deepEqual(process.capabilities?.bounding?.toSorted(), ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]);
  assert.deepEqual(process.rlimits, [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }]);
  assert.equal(process.noNewPrivileges, true);
  assert.ok(linux.maskedPaths?.includes("/proc/kcore") && linux.readonlyPaths?.includes("/proc/sys"));
});

rule("what it writes runs", source, (box) => {
  box.ok(["spec"]);
  const configuration = read(`${box.bundle}/config.json`);
  configuration.process.terminal = false;
  configuration.process.args = ["/bin/sh", "-c", "echo ran"];
  writeFileSync(`${box.bundle}/config.json`, JSON.stringify(configuration));
  assert.equal(box.ok(["run", box.id]), "ran\n");
});

rule("an existing config.json is not overwritten", source, (box) => {
  writeFileSync(`${box.bundle}/config.json`, "mine");
  box.refused(["spec"]);
  assert.equal(readFileSync(`${box.bundle}/config.json`, "utf8"), "mine");
});

for (const flag of ["--bundle", "-b"]) {
  rule(`${flag} names the directory`, source, (box) => {
    mkdirSync(box.path("other"));
    box.ok(["spec", flag, box.path("other")]);
    assert.ok(existsSync(box.path("other/config.json")));
    assert.ok(!existsSync(`${box.bundle}/config.json`));
  });
}

rule("--rootless has a user namespace, maps and no network namespace of its own", source, (box) => {
  box.ok(["spec", "--rootless"]);
  const { linux } = read(`${box.bundle}/config.json`);
  const types = linux.namespaces.map(({ type }) => type);
  assert.ok(types.includes("user") && !types.includes("network"), types.join(" "));
  assert.deepEqual([linux.uidMappings?.[0]?.containerID, linux.gidMappings?.[0]?.size], [0, 1]);
});
