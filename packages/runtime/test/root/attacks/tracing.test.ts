/**
 * Tracing the process that joins a container (CVE-2016-9962). Between joining and becoming the container's program it
 * still holds the host's files and is the runtime's own memory; a hostile process that may trace it has the host. The
 * joining is stopped half-way here: in a paused container the process waits, while the attacker, who has the container's
 * identity and namespaces but stands outside its cgroup, takes its time.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawnSync } from "node:child_process";
import { chownSync, readdirSync, readlinkSync } from "node:fs";
import { CAPABILITY, readStat } from "../../../src/1-kernel/mod.ts";
import type { Box } from "../../suites/oci/rig/box.ts";
import type { Change } from "../../suites/oci/rig/configuration.ts";
import { feature } from "../../suites/oci/rig/feature.ts";
import { execNaively, release, startHeld } from "./rig/naive.ts";

const rule = feature(import.meta.url);
const HOST_ID = 200_000;

/** Root inside with every capability there, and nobody outside: CAP_SYS_PTRACE holds for all that joins. */
const inUserNamespace: Change = (configuration) => {
  const all = Object.keys(CAPABILITY);
  configuration.process.capabilities = { bounding: all, effective: all, permitted: all };
  configuration.linux.namespaces.push({ type: "user" });
  configuration.linux.uidMappings = [{ containerID: 0, hostID: HOST_ID, size: 1000 }];
  configuration.linux.gidMappings = [{ containerID: 0, hostID: HOST_ID, size: 1000 }];
};

function launch(box: Box): number {
  chownSync(box.rootfs, HOST_ID, HOST_ID);
  return box.launch(undefined, inUserNamespace);
}

/** Every other process of the container's pid namespace, as its root sees it: may it look at its program and memory? The kernel asks the same there as for ptrace(2). */
function look(pid: number): string {
  const script = `for p in /proc/[0-9]*; do
    n=\${p#/proc/}; [ $n = 1 ] || [ $n = $$ ] && continue
    grep -q '^Name:.*\\(sh\\|ls\\)$' $p/status && continue
    readlink $p/exe >/dev/null && echo "program of $(cat $p/comm)"
    grep -q . $p/maps 2>/dev/null && echo "memory of $(cat $p/comm)"
  done; echo looked`;
  const join = ["-t", `${pid}`, "-U", "-m", "-p", "-S", "0", "-G", "0"];
  const { stdout, stderr } = spawnSync("nsenter", [...join, "/bin/sh", "-c", script], { encoding: "utf8" });
  assert.match(stdout, /looked/, stderr);
  return stdout;
}

/** Pids on the host of processes in the container's pid namespace. */
function inside(pid: number): string[] {
  const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
  return readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && name !== `${pid}` && pidNamespaceOf(name) === namespace,
  );
}

function pidNamespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

async function whileJoining(box: Box, pid: number, joining: ChildProcess, then: () => void): Promise<void> {
  try {
    // It must have come as far as it can: waiting in the kernel for a byte, or for the freezer.
    await box.until("a process that joins to stand still", () => {
      const states = inside(pid).map((one) => readStat(Number(one))?.state);
      return states.length > 0 && states.every((state) => state === "D" || state === "S");
    });
    then();
  } finally {
    box.call(["resume", box.id]);
    await release(joining);
  }
}

rule(
  "a process that joins without hiding can be traced",
  "CVE-2016-9962; man 2 prctl, PR_SET_DUMPABLE",
  async (box) => {
    const pid = launch(box);
    await whileJoining(box, pid, execNaively(box, pid, ["/bin/true"]), () => {
      assert.match(look(pid), /program of naive-exec\nmemory of naive-exec/);
    });
  },
);

rule("exec's process cannot be traced from inside", "CVE-2016-9962; man 2 prctl, PR_SET_DUMPABLE", async (box) => {
  const pid = launch(box);
  box.ok(["pause", box.id]);
  const exec = ["exec", "--ignore-paused", box.id, "/bin/true"];
  await whileJoining(box, pid, startHeld([...box.runtime.command, "--root", box.path("root"), ...exec]), () => {
    assert.equal(look(pid), "looked\n");
  });
});

rule("a container that joins a pod's namespaces cannot be traced from inside", "CVE-2016-9962", async (box) => {
  const pid = launch(box);
  const second = `${box.id}-second`;
  box.configure("exec sleep 1000", (configuration) => {
    inUserNamespace(configuration);
    delete configuration.linux.uidMappings;
    delete configuration.linux.gidMappings;
    for (const namespace of configuration.linux.namespaces) {
      if (namespace.type === "pid" || namespace.type === "user") namespace.path = `/proc/${pid}/ns/${namespace.type}`;
    }
  });
  box.ok(["create", second]);
  // Created, it holds the FIFO through which it will be started, and is sysrun still.
  assert.equal(look(pid), "looked\n");
  box.ok(["delete", "--force", second]);
});
