/** runtime-spec config-linux.md, "Namespaces" and "User namespace mappings". */
import assert from "node:assert/strict";
import { chmodSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { claimId, configFor, makeBundle, runShell } from "./bundle.ts";
import { onEachPeer } from "./peers.ts";

const LINKS = { pid: "pid", network: "net", ipc: "ipc", uts: "uts", mount: "mnt", cgroup: "cgroup" } as const;

onEachPeer("each namespace listed is new, and one that is not listed is the runtime's", (peer, t) => {
  const script = Object.values(LINKS)
    .map((link) => `readlink=$(ls -l /proc/self/ns/${link}); echo "\${readlink##*> }"`)
    .join("; ");
  const answer = runShell(t, peer, script, (config) => {
    const kept = (config.linux?.namespaces ?? []).filter(({ type }) => type !== "ipc");
    config.linux = { ...config.linux, namespaces: kept };
    config.mounts = (config.mounts ?? []).filter(({ type }) => type !== "mqueue");
  });
  const inside = answer.stdout.trim().split("\n");
  const shared = Object.values(LINKS).filter((link, index) => inside[index] === readlinkSync(`/proc/self/ns/${link}`));
  assert.deepEqual(shared, ["ipc"], answer.stderr);
});

onEachPeer("the first process is pid 1 and sees no other, the host name is its own, loopback is up", (peer, t) => {
  const answer = runShell(
    t,
    peer,
    "echo $$; hostname; ls /proc | grep -c -E '^[0-9]+$'; ip -o addr show lo | grep -c 127.0.0.1",
    (config) => {
      config.hostname = "blue";
    },
  );
  const [pid, name, processes, loopback] = answer.stdout.trim().split("\n");
  assert.deepEqual([pid, name], ["1", "blue"], answer.stderr);
  assert.ok(Number(processes) <= 3, `${processes} processes in sight`);
  assert.equal(loopback, "1");
});

onEachPeer("a namespace with a path is joined", (peer, t) => {
  const first = claimId(t, peer);
  const bundle = makeBundle(t, configFor(["sleep", "60"]));
  assert.equal(peer.call(["run", "--detach", "--bundle", bundle, first]).code, 0);
  const { pid } = JSON.parse(peer.call(["state", first]).stdout);
  const answer = runShell(t, peer, "ls -l /proc/self/ns/net; hostname", (config) => {
    const others = (config.linux?.namespaces ?? []).filter(({ type }) => type !== "network" && type !== "uts");
    const { hostname: _hostname, ...unnamed } = config;
    Object.assign(config, unnamed);
    delete config.hostname;
    config.linux = {
      ...config.linux,
      namespaces: [
        ...others,
        { type: "network", path: `/proc/${pid}/ns/net` },
        { type: "uts", path: `/proc/${pid}/ns/uts` },
      ],
    };
  });
  assert.ok(answer.stdout.includes(readlinkSync(`/proc/${pid}/ns/net`)), answer.stderr);
  assert.match(answer.stdout, /glassrun\n/);
});

onEachPeer("a user namespace maps root to somebody else", (peer, t) => {
  const config = configFor(["sh", "-c", "id -u; cat /proc/self/uid_map; touch /tmp/mine"]);
  config.linux = {
    ...config.linux,
    namespaces: [...(config.linux?.namespaces ?? []), { type: "user" }],
    uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
    gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
  };
  const bundle = makeBundle(t, config);
  // The mapped root is nobody special on the host, and has to get at its files.
  for (const directory of ["", "rootfs"]) chmodSync(join(bundle, directory), 0o755);
  chmodSync(join(bundle, "rootfs/tmp"), 0o1777);
  const answer = peer.call(["run", "--bundle", bundle, claimId(t, peer)]);
  assert.match(answer.stdout, /^0\n\s+0\s+100000\s+65536\n/, answer.stderr);
});
