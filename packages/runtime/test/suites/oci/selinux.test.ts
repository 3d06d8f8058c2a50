/**
 * SELinux: the label that the kernel knows the program by, and what is mounted for it. On a kernel that has a policy with
 * `container_t`; the lab VM can be started as one (rig/selinux-policy.conf).
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { idle, MachineCannot } from "./rig/box.ts";
import type { Change } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Linux Process", selinuxLabel; config-linux.md "Mount Label"';

const level = labelIsKnown("system_u:system_r:container_t") ? "" : ":s0";
const program = `system_u:system_r:container_t${level}`;
const files = `system_u:object_r:container_file_t${level}`;
const LOOK = "cat /proc/self/attr/current";

/** The kernel says of any label whether its policy has it. */
function labelIsKnown(label: string): boolean {
  try {
    writeFileSync("/sys/fs/selinux/context", label);
    return true;
  } catch {
    return false;
  }
}

const labelled =
  (label = program): Change =>
  (configuration) => {
    if (!existsSync("/sys/fs/selinux/enforce")) throw new MachineCannot("the kernel has no SELinux, or it is off");
    if (!labelIsKnown(program)) throw new MachineCannot(`its SELinux policy does not know "${program}"`);
    configuration.process.selinuxLabel = label;
    configuration.linux.mountLabel = files;
  };

const textOf = (attribute: string) => attribute.replace(/\0/g, "").trim();

rule("the program has its label", source, (box) => {
  assert.equal(textOf(box.output(LOOK, labelled())), program);
});

rule("exec gives the container's label, or the one it is given", `${source}; runc exec --process-label`, (box) => {
  box.launch(idle, labelled());
  const other = program.replace("container_t", "container_init_t");
  const exec = (...flags: string[]) => textOf(box.ok(["exec", ...flags, box.id, "/bin/sh", "-c", LOOK]));
  assert.equal(exec(), program);
  if (labelIsKnown(other)) assert.equal(exec("--process-label", other), other);
});

for (const place of ["/dev", "/dev/shm", "/dev/pts", "/dev/mqueue"]) {
  rule(`what is mounted on ${place} has the mount label`, source, (box) => {
    const pid = box.launch(idle, labelled());
    const show = ["--absolute-names", "--only-values", "-n", "security.selinux", `/proc/${pid}/root${place}`];
    assert.equal(textOf(execFileSync("getfattr", show, { encoding: "utf8" })), files);
  });
}

rule("a label that the policy does not have is refused before the program runs", source, (box) => {
  const stderr = box.rejects(labelled(program.replace("container_t", "nosuch_t")));
  assert.match(stderr, /[Ii]nvalid argument/);
});
