/** Which namespaces the container's process is in: new ones, the runtime's, or given by path. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import type { Box } from "./rig/box.ts";
import { type Configuration, withoutNamespace } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "Namespaces"';

/** Type in `config.json` and name in `/proc/PID/ns`. */
const kinds = [
  ["pid", "pid"],
  ["network", "net"],
  ["mount", "mnt"],
  ["ipc", "ipc"],
  ["uts", "uts"],
  ["cgroup", "cgroup"],
  ["time", "time"],
] as const;

const linkOf = (pid: number | string, link: string) => readlinkSync(`/proc/${pid}/ns/${link}`);

function list(configuration: Configuration, type: string, path?: string): void {
  withoutNamespace(configuration, type);
  configuration.linux.namespaces.push(path === undefined ? { type } : { type, path });
}

/** The least a container of another's namespace can live with: what depends on that namespace's owner is left out. */
function plain(configuration: Configuration): void {
  delete configuration.hostname;
  configuration.mounts = configuration.mounts.filter(
    ({ type }) => type !== "sysfs" && type !== "cgroup" && type !== "mqueue",
  );
  delete configuration.linux.maskedPaths;
  delete configuration.linux.readonlyPaths;
}

for (const [type, link] of kinds) {
  rule(
    `a ${type} namespace without a path is a new one`,
    `${source}: "the runtime MUST create a new ... of type"`,
    (box) => {
      const pid = box.launch(undefined, (configuration) => list(configuration, type));
      assert.notEqual(linkOf(pid, link), linkOf("self", link));
    },
  );
}

for (const [type, link] of kinds.filter(([type]) => type !== "mount")) {
  rule(`a ${type} namespace that is not listed is the runtime's`, `${source}: "the container MUST inherit"`, (box) => {
    const pid = box.launch("trap 'exit 0' TERM; while :; do sleep 0.1; done", (configuration) => {
      plain(configuration);
      withoutNamespace(configuration, type);
    });
    assert.equal(linkOf(pid, link), linkOf("self", link));
  });
}

/** A process of our own in new namespaces of every kind, to take them from. */
async function donor(box: Box, body: (pid: number) => void): Promise<void> {
  const child: ChildProcess = spawn("unshare", [
    "-p",
    "-n",
    "-i",
    "-u",
    "-C",
    "--fork",
    "--kill-child",
    "sleep",
    "1000",
  ]);
  try {
    const pid = child.pid ?? 0;
    await box.until("unshare's child", () => childrenOf(pid).length > 0);
    body(Number(childrenOf(pid)[0]));
  } finally {
    child.kill("SIGKILL");
  }
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter((child) => child !== "");
}

for (const [type, link] of kinds.filter(([type]) => !["mount", "time"].includes(type))) {
  rule(
    `a ${type} namespace with a path is joined`,
    `${source}: "MUST place the container process in the namespace"`,
    (box) =>
      donor(box, (donorPid) => {
        const pid = box.launch(undefined, (configuration) => {
          plain(configuration);
          list(configuration, type, `/proc/${donorPid}/ns/${link}`);
        });
        assert.equal(linkOf(pid, link), linkOf(donorPid, link));
      }),
  );
}

rule(
  "a path to a namespace of another type is refused",
  `${source}: "MUST generate an error if path is not"`,
  (box) => {
    box.rejects((configuration) => list(configuration, "network", "/proc/self/ns/uts"));
  },
);

rule("a path to no namespace is refused", source, (box) => {
  box.rejects((configuration) => list(configuration, "network", "/dev/null"));
});

rule("a path that does not exist is refused", source, (box) => {
  box.rejects((configuration) => list(configuration, "ipc", box.path("no-such-namespace")));
});

rule("the same type twice is refused", `${source}: "If a namespaces field contains duplicated namespaces"`, (box) => {
  box.rejects((configuration) => configuration.linux.namespaces.push({ type: "uts" }));
});

rule("an unknown type is refused", 'config.md "Valid values"', (box) => {
  box.rejects((configuration) => configuration.linux.namespaces.push({ type: "colour" }));
});

rule("the program is process 1 of a new PID namespace and sees only its own", "man 7 pid_namespaces", (box) => {
  assert.equal(box.output("echo $$; cd /proc; echo [0-9]*"), "1\n1\n");
});

rule("without a PID namespace the program has an ordinary pid", source, (box) => {
  const pid = Number(box.output("echo $$", (configuration) => withoutNamespace(configuration, "pid")));
  assert.ok(pid > 1, `pid was ${pid}`);
});

rule("a new network namespace has only a loopback link", "man 7 network_namespaces", (box) => {
  assert.equal(box.output("cd /sys/class/net; ls -d lo; ls | grep -v -e lo -e tunl0 -e sit0 | wc -l"), "lo\n0\n");
});

rule(
  "the loopback link of a new network namespace is up",
  "runc, libcontainer/network_linux.go: loopback strategy",
  (box) => {
    assert.equal(
      box.output("ping -c 1 -w 20 127.0.0.1 | grep -c '1 packets received'", (configuration) => {
        for (const set of ["bounding", "effective", "permitted"] as const)
          configuration.process.capabilities?.[set]?.push("CAP_NET_RAW");
      }),
      "1\n",
    );
  },
);

rule("a new IPC namespace has its own limits", "man 7 ipc_namespaces", (box) => {
  const seen = box.output("cat /proc/sys/kernel/msgmax", (configuration) => {
    configuration.linux.sysctl = { "kernel.msgmax": "4242" };
  });
  assert.equal(seen, "4242\n");
});

rule("a new time namespace has the offsets asked for", 'config-linux.md "Offset for Time Namespace"', (box) => {
  const seen = box.output("cat /proc/self/timens_offsets", (configuration) => {
    list(configuration, "time");
    configuration.linux.timeOffsets = {
      monotonic: { secs: 172800, nanosecs: 0 },
      boottime: { secs: 604800, nanosecs: 0 },
    };
  });
  assert.equal(seen.replaceAll(/ +/g, " "), "monotonic 172800 0\nboottime 604800 0\n");
});
