/** `features`: what a runtime says of itself (runtime-spec features.md). */
import assert from "node:assert/strict";
import type { Box } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "features.md";
const linux = "features-linux.md";

const kinds = ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"];
const moments = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

function features(box: Box) {
  return JSON.parse(box.ok(["features"]));
}

rule("it prints a JSON object", `${source}: "MUST be a JSON object"`, (box) => {
  assert.equal(typeof features(box), "object");
});

rule("ociVersionMin and ociVersionMax are versions, in this order", `${source}: "(string, REQUIRED)"`, (box) => {
  const { ociVersionMin, ociVersionMax } = features(box);
  for (const version of [ociVersionMin, ociVersionMax]) assert.match(version, /^1\.\d+\.\d+/);
  assert.ok(ociVersionMin <= ociVersionMax);
});

rule("a container of the newest version it names runs", `${source}: "The maximum recognized version"`, (box) => {
  const { ociVersionMax } = features(box);
  box.output("true", (configuration) => {
    configuration.ociVersion = ociVersionMax;
  });
});

rule("hooks are those of config.md", `${source}: "The recognized names of the hooks"`, (box) => {
  assert.deepEqual([...features(box).hooks].sort(), [...moments].sort());
});

rule("mountOptions have the words of every engine", `${source}: "The recognized names of the mount options"`, (box) => {
  const words = ["bind", "dev", "exec", "noatime", "nodev", "noexec", "nosuid", "private", "rbind", "relatime", "ro"];
  const { mountOptions } = features(box);
  const missing = [...words, "rprivate", "rshared", "rslave", "rw", "shared", "slave", "suid"].filter(
    (word) => !mountOptions.includes(word),
  );
  assert.deepEqual(missing, []);
  assert.equal(new Set(mountOptions).size, mountOptions.length);
});

rule("no mount option it names is taken for data of the file system", source, (box) => {
  const flags = features(box).mountOptions.filter((word: string) => /^(no)?(dev|exec|suid|atime|diratime)$/.test(word));
  assert.ok(flags.length > 4);
  box.output("true", ({ mounts }) => {
    // A tmpfs refuses words that it does not know.
    mounts.push({ destination: "/tmp", type: "tmpfs", source: "tmpfs", options: flags });
  });
});

rule("linux.namespaces are kinds that config-linux.md has", linux, (box) => {
  const { namespaces } = features(box).linux;
  assert.ok(namespaces.length >= 7);
  for (const kind of namespaces) assert.ok(kinds.includes(kind), kind);
});

rule("a container with every namespace it names runs", `${linux}: "The recognized names of the namespaces"`, (box) => {
  const { namespaces } = features(box).linux;
  const types = namespaces.filter((type: string) => type !== "user" && type !== "time");
  box.output("true", (configuration) => {
    configuration.linux.namespaces = types.map((type: string) => ({ type }));
  });
});

rule("linux.capabilities are in the kernel's spelling", linux, (box) => {
  const { capabilities } = features(box).linux;
  for (const name of capabilities) assert.match(name, /^CAP_[A-Z_]+$/);
  assert.ok(capabilities.includes("CAP_SYS_ADMIN") && capabilities.includes("CAP_CHECKPOINT_RESTORE"));
});

rule("linux.cgroup says which versions it knows", linux, (box) => {
  const { cgroup } = features(box).linux;
  assert.deepEqual([cgroup.v1, cgroup.v2], [true, true]);
});

rule("linux.seccomp has actions, operators and architectures", linux, (box) => {
  const { enabled, actions, operators, archs } = features(box).linux.seccomp;
  assert.equal(enabled, true);
  assert.ok(actions.includes("SCMP_ACT_ERRNO") && actions.includes("SCMP_ACT_ALLOW"));
  const names = ["EQ", "GE", "GT", "LE", "LT", "MASKED_EQ", "NE"];
  assert.deepEqual([...operators].sort(), names.map((name) => `SCMP_CMP_${name}`).sort());
  assert.ok(archs.includes("SCMP_ARCH_X86_64") && archs.includes("SCMP_ARCH_AARCH64"));
});

rule("a profile with every action, and architecture of this machine's family, it names runs", linux, (box) => {
  const { actions, archs } = features(box).linux.seccomp;
  // Notifying needs somebody to notify, and allowing what is allowed anyway is an error for libseccomp.
  const usable = actions.filter((action: string) => !["SCMP_ACT_NOTIFY", "SCMP_ACT_ALLOW"].includes(action));
  const family = process.arch === "x64" ? "SCMP_ARCH_X" : "SCMP_ARCH_A";
  const calls = ["swapon", "swapoff", "reboot", "acct", "syslog", "kexec_load", "iopl", "ioperm", "vhangup"];
  box.output("true", (configuration) => {
    configuration.linux.seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      // libseccomp puts no two byte orders into one filter.
      architectures: archs.filter((name: string) => name.startsWith(family)),
      syscalls: usable.map((action: string, index: number) => ({ names: [calls[index] ?? "acct"], action })),
    };
  });
});

rule("linux.apparmor and linux.selinux say whether labels are set", linux, (box) => {
  const { apparmor, selinux } = features(box).linux;
  for (const { enabled } of [apparmor, selinux]) assert.equal(typeof enabled, "boolean");
});

rule("no container is needed, nor a state directory", source, (box) => {
  const { stdout } = box.call(["--root", box.path("nowhere"), "features"]);
  assert.equal(typeof JSON.parse(stdout), "object");
});
