/**
 * Device rules of a running container (runc issues 2204, 3014, 3803). Writing them anew as "forbid all, then allow" cuts a
 * program off from /dev/null for a moment; allowing all first gives it the disk for one.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "../../suites/oci/rig/box.ts";
import { cgroupOf, versionOf } from "../../suites/oci/rig/cgroup-files.ts";
import { feature } from "../../suites/oci/rig/feature.ts";

const rule = feature(import.meta.url);

/** Opens /dev/null and a disk again and again; a line for each surprise. Busybox's shell opens without a process. */
const PROBE = `
mknod /tmp/disk b 7 0
touch /tmp/ready
while [ ! -e /tmp/stop ]; do
  (: < /dev/null) 2>/dev/null || echo "null was refused" >> /tmp/surprises
  (: < /tmp/disk) 2>/tmp/error && echo "disk was given" >> /tmp/surprises
  grep -q "not permitted" /tmp/error || echo "disk: $(cat /tmp/error)" >> /tmp/surprises
done
touch /tmp/done
exec sleep 1000`;

async function launchProbe(box: Box): Promise<number> {
  const pid = box.launch(PROBE, (configuration) => {
    configuration.root.readonly = false;
    configuration.process.capabilities = {
      bounding: ["CAP_MKNOD"],
      effective: ["CAP_MKNOD"],
      permitted: ["CAP_MKNOD"],
    };
  });
  await box.until("the probe", () => existsSync(join(box.rootfs, "tmp/ready")));
  return pid;
}

async function surprises(box: Box): Promise<string> {
  writeFileSync(join(box.rootfs, "tmp/stop"), "");
  await box.until("the probe's end", () => existsSync(join(box.rootfs, "tmp/done")));
  const file = join(box.rootfs, "tmp/surprises");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

rule("rules written anew cut a running program off", "runc issue 2204", async (box) => {
  const pid = await launchProbe(box);
  if (versionOf("devices") === 2) return;
  const directory = cgroupOf(pid, "devices");
  const rules = ["c 1:3 rwm", "c *:* m", "b *:* m"];
  const endsAt = Date.now() + 30_000;
  while (!existsSync(join(box.rootfs, "tmp/surprises")) && Date.now() < endsAt) {
    writeFileSync(join(directory, "devices.deny"), "a");
    for (const one of rules) writeFileSync(join(directory, "devices.allow"), one);
  }
  assert.match(await surprises(box), /null was refused/, "a careless update goes unnoticed");
});

rule("update leaves the devices of a running container as they are", "runc issues 2204, 3014, 3803", async (box) => {
  await launchProbe(box);
  const resources = (limit: number) =>
    JSON.stringify({
      devices: [
        { allow: true, access: "rwm" },
        { allow: false, access: "rwm" },
      ],
      pids: { limit },
    });
  for (let round = 0; round < 5; round++) {
    box.ok(["update", "--resources", "-", box.id], { stdin: resources(100 + round) });
  }
  assert.equal(await surprises(box), "");
});

rule("pause and resume leave the devices as they are", "runc issue 3014", async (box) => {
  await launchProbe(box);
  for (let round = 0; round < 3; round++) {
    box.ok(["pause", box.id]);
    box.ok(["resume", box.id]);
  }
  assert.equal(await surprises(box), "");
});
