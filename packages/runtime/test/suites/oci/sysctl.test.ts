/** `linux.sysctl`: kernel parameters of the container's own namespaces, and never the machine's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { withoutNamespace } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "Sysctl"';

/** Parameter, value that differs from the kernel's default, file. */
const parameters = [
  ["net.ipv4.ip_forward", "1", "net/ipv4/ip_forward"],
  ["net.ipv4.ip_unprivileged_port_start", "80", "net/ipv4/ip_unprivileged_port_start"],
  ["net.ipv4.ping_group_range", "0\t1000", "net/ipv4/ping_group_range"],
  ["kernel.shmmni", "123", "kernel/shmmni"],
  ["kernel.msgmnb", "54321", "kernel/msgmnb"],
  ["kernel.sem", "250\t32000\t32\t64", "kernel/sem"],
  ["fs.mqueue.msg_max", "9", "fs/mqueue/msg_max"],
] as const;

for (const [name, value, file] of parameters) {
  rule(`${name} is set inside and not on the machine`, source, (box) => {
    const before = readFileSync(`/proc/sys/${file}`, "utf8");
    const seen = box.output(`cat /proc/sys/${file}`, (configuration) => {
      configuration.linux.sysctl = { [name]: value };
    });
    assert.equal(seen, `${value}\n`);
    assert.equal(readFileSync(`/proc/sys/${file}`, "utf8"), before);
  });
}

const refused = [
  ["a parameter of the whole machine", "vm.swappiness", "11", undefined],
  ["a net parameter without a network namespace", "net.ipv4.ip_forward", "1", "network"],
  ["an IPC parameter without an IPC namespace", "kernel.msgmax", "4096", "ipc"],
  ["a parameter that does not exist", "net.ipv4.no_such_parameter", "1", undefined],
  ["a value the kernel does not take", "net.ipv4.ip_unprivileged_port_start", "many", undefined],
  ["a name that climbs out of /proc/sys", "net/../../../tmp/x", "1", undefined],
] as const;

for (const [what, name, value, missing] of refused) {
  rule(`${what} is refused`, `${source}; config.md "Valid values"`, (box) => {
    const file = `/proc/sys/${name.replaceAll(".", "/")}`;
    const before = missing || name.startsWith("vm") ? readFileSync(file, "utf8") : "";
    box.rejects((configuration) => {
      configuration.linux.sysctl = { [name]: value };
      if (missing === "network") {
        configuration.mounts = configuration.mounts.filter(({ type }) => type !== "sysfs" && type !== "cgroup");
        delete configuration.linux.maskedPaths;
      }
      if (missing === "ipc") configuration.mounts = configuration.mounts.filter(({ type }) => type !== "mqueue");
      if (missing) withoutNamespace(configuration, missing);
    });
    if (before) assert.equal(readFileSync(file, "utf8"), before);
  });
}
