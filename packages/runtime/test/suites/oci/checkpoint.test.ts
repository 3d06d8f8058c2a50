/** `checkpoint` and `restore`: a container goes on where it was; without criu it is said clearly and nothing happens. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Box, idle, MachineCannot } from "./rig/box.ts";
import type { Change } from "./rig/configuration.ts";
import { receiveConsole } from "./rig/console-receiver.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-checkpoint";

/** What criu itself says against this machine, empty when it can work here. */
function criusObjection(): string {
  const { error, status, stderr } = spawnSync("criu", ["check"], { encoding: "utf8" });
  if (error) throw new MachineCannot("there is no criu here");
  return status === 0 ? "" : (stderr.trim().split("\n")[0] ?? "it does not say why");
}

function needCriu(): void {
  const objection = criusObjection();
  if (objection) throw new MachineCannot(`criu cannot work on this kernel: ${objection}`);
}

/**
 * Starts a container that counts in its memory, writes each number to a file of the host's, `data/count`, stays at one
 * for which there is a file `data/stay-NUMBER`, and ends with 5 once there is a file `data/end`. The first file always has
 * the same size, or criu would not take it for the one that was open when it looked. Its standard streams are files of
 * this suite, which no image of criu's can hold: it leaves them.
 */
function count(box: Box, change: Change = () => {}): () => number {
  mkdirSync(box.path("data"));
  box.launch(
    `exec </dev/null >/dev/null 2>&1; i=0
    until [ -e /tmp/end ]; do
      [ -e /tmp/stay-$i ] || { i=$((i+1)); printf %06d $i >/tmp/count; }
      sleep 0.1
    done; exit 5`,
    (configuration) => {
      // Without one of its own, what is mounted on /sys/fs/cgroup is the host's, and criu refuses it.
      configuration.linux.namespaces.push({ type: "cgroup" });
      configuration.mounts.push({ destination: "/tmp", type: "bind", source: box.path("data"), options: ["bind"] });
      change(configuration);
    },
  );
  let last = 0;
  return () => {
    // Empty while it is being written.
    if (existsSync(box.path("data/count"))) last = Number(readFileSync(box.path("data/count"), "utf8")) || last;
    return last;
  };
}

/** How far `count` has come in a container that is now in files. */
async function checkpointCounter(box: Box): Promise<{ counted: () => number; before: number }> {
  needCriu();
  const counted = count(box);
  await box.until("it to count", () => counted() > 5);
  box.ok(["checkpoint", "--image-path", box.path("image"), box.id]);
  return { counted, before: counted() };
}

rule("a container goes on where it was", `${source}, man 8 runc-restore`, async (box) => {
  const { counted, before } = await checkpointCounter(box);
  assert.notEqual(box.call(["state", box.id]).code, 0, "it has ended, and is gone");
  await delay(500);
  assert.equal(counted(), before, "nobody counts");
  box.ok(["restore", "--detach", "--image-path", box.path("image"), "--pid-file", box.path("pid"), box.id]);
  await box.until("it to count on", () => counted() > before + 3);
  assert.equal(box.state().status, "running");
  assert.equal(readFileSync(box.path("pid"), "utf8"), String(box.state().pid));
  assert.equal(box.exec("echo here").stdout, "here\n");
});

rule("restore in the foreground ends when the container does, and as that does", "man 8 runc-restore", async (box) => {
  const { counted, before } = await checkpointCounter(box);
  const end = `until [ "$(cat count)" -gt ${before + 3} ]; do sleep 0.1; done; touch end`;
  const other = spawn("timeout", ["60", "sh", "-c", end], { cwd: box.path("data"), stdio: "ignore" });
  const { code, stderr } = box.call([
    ...["restore", "--image-path", box.path("image"), "--pid-file", box.path("pid"), box.id],
  ]);
  other.kill();
  assert.equal(code, 5, stderr);
  assert.ok(counted() > before + 3, "it has counted on");
  assert.match(readFileSync(box.path("pid"), "utf8"), /^\d+$/);
  box.refused(["state", box.id]);
});

rule("--leave-running leaves it running, and the files can be used once it has ended", source, async (box) => {
  needCriu();
  const counted = count(box);
  await box.until("it to count", () => counted() > 5);
  box.ok(["checkpoint", "--leave-running", "--image-path", box.path("image"), box.id]);
  const then = counted();
  await box.until("it to count on", () => counted() > then + 5);
  box.ok(["delete", "--force", box.id]);
  // A number that it has had already, if it begins where it was, and never had if it began anew: that stays at 1.
  const again = then + 5;
  for (const number of [1, again]) writeFileSync(box.path(`data/stay-${number}`), "");
  box.ok(["restore", "-d", "--image-path", box.path("image"), box.id]);
  await box.until("it to count from there, and not from where it ended", () => counted() === again);
});

/**
 * Starts a container with a terminal that is ready again and again, answers each line typed with "heard LINE", and ends with
 * 3 when that is "end".
 */
function listen(box: Box, socket: string): void {
  const script = `while :; do echo ready
    if read -t 1 -r line; then echo "heard $line on $(tty)"; [ "$line" = end ] && exit 3; fi; done`;
  box.configure(script, (configuration) => {
    configuration.process.terminal = true;
    configuration.linux.namespaces.push({ type: "cgroup" });
  });
  box.ok(["run", "--detach", "--console-socket", socket, box.id]);
}

/** Nobody holds the other side of its terminal any more when it is in files. */
async function checkpointListener(box: Box): Promise<void> {
  needCriu();
  const receiver = await receiveConsole(box);
  try {
    listen(box, receiver.socket);
    await box.until("it to greet", () => receiver.text().includes("ready"));
    box.ok(["checkpoint", "--image-path", box.path("image"), box.id]);
  } finally {
    receiver.stop();
  }
  rmSync(receiver.socket);
}

rule("a container with a terminal gets a new one of the same name", "man 8 runc-restore", async (box) => {
  await checkpointListener(box);
  const receiver = await receiveConsole(box, "again\n");
  try {
    box.ok(["restore", "--detach", "--console-socket", receiver.socket, "--image-path", box.path("image"), box.id]);
    await box.until("it to answer", () => receiver.text().includes("heard again on /dev/pts/0"));
    assert.equal(box.exec("stat -c %t:%T /dev/console /dev/pts/0").stdout, "88:0\n88:0\n");
  } finally {
    receiver.stop();
  }
});

rule("a terminal that is restored in the foreground is shown there", "man 8 runc-restore", async (box) => {
  await checkpointListener(box);
  const { code, stdout, stderr } = box.call(["restore", "--image-path", box.path("image"), box.id], {
    stdin: "end\n",
  });
  assert.equal(code, 3, stderr);
  assert.match(stdout, /heard end on \/dev\/pts\/0/);
  box.refused(["state", box.id]);
});

rule(
  "prestart and createRuntime hooks run in a restore, when the namespaces are there, and others do not",
  "runc, criuNotifications",
  async (box) => {
    const { counted, before } = await checkpointCounter(box);
    const configuration = JSON.parse(readFileSync(join(box.bundle, "config.json"), "utf8"));
    const hook = (name: string, then = "") => ({
      path: "/bin/sh",
      args: [
        "sh",
        "-c",
        `cat >${box.path(name)}; readlink /proc/$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' ${box.path(name)})/ns/mnt >>${box.path(name)}; ${then}`,
      ],
    });
    const write = () => writeFileSync(join(box.bundle, "config.json"), JSON.stringify(configuration));
    configuration.hooks = { prestart: [hook("prestart", "exit 7")] };
    write();
    assert.match(box.refused(["restore", "--detach", "--image-path", box.path("image"), box.id]), /exit status 7/);
    box.refused(["state", box.id]);
    assert.equal(counted(), before, "a hook that fails ends the restore");

    const others = ["createContainer", "startContainer", "poststart"];
    const all = ["prestart", "createRuntime", ...others];
    configuration.hooks = Object.fromEntries(all.map((name) => [name, [hook(name)]]));
    write();
    box.ok(["restore", "--detach", "--image-path", box.path("image"), box.id]);
    await box.until("it to count on", () => counted() > before + 3);
    const { pid } = box.state();
    for (const name of ["prestart", "createRuntime"]) {
      assert.match(readFileSync(box.path(name), "utf8"), new RegExp(`"pid":${pid}\\b.*mnt:`, "s"));
    }
    assert.deepEqual(
      others.filter((name) => existsSync(box.path(name))),
      [],
    );
  },
);

rule("a container that sees the host's cgroup tree goes on in its own group", source, async (box) => {
  needCriu();
  const counted = count(box, (configuration) => {
    configuration.linux.namespaces = configuration.linux.namespaces.filter(({ type }) => type !== "cgroup");
  });
  await box.until("it to count", () => counted() > 5);
  const group = () => box.exec("ls /sys/fs/cgroup/cgroup.procs; cat /proc/1/cgroup").stdout;
  const saw = group();
  assert.match(saw, new RegExp(`cgroup.procs\\n0::/.*${box.id}\\n$`));
  box.ok(["checkpoint", "--image-path", box.path("image"), box.id]);
  const before = counted();
  box.ok(["restore", "--detach", "--image-path", box.path("image"), box.id]);
  await box.until("it to count on", () => counted() > before + 3);
  assert.equal(group(), saw);
});

rule("where criu cannot work, its own words come through, and the container runs on", source, (box) => {
  if (criusObjection() === "") throw new MachineCannot("criu works on this kernel");
  count(box);
  const { code, stderr } = box.call([
    "checkpoint",
    "--image-path",
    box.path("image"),
    "--work-path",
    box.path("w"),
    box.id,
  ]);
  assert.notEqual(code, 0);
  assert.match(stderr, /criu/i);
  assert.equal(box.state().status, "running");
});

/** A program that is not there, so that it is the same on every machine. */
const nowhere = ["--criu", "/no/such/criu"];

function failing(box: Box, flags: string[]): string {
  box.launch();
  const paths = ["--image-path", box.path("image"), "--work-path", box.path("work")];
  return box.refused([...nowhere, "checkpoint", ...paths, ...flags, box.id]);
}

rule("checkpoint says that it is criu that is missing", "callers show this to the user", (box) => {
  assert.match(failing(box, []), /criu/i);
});

rule("the container runs on after a checkpoint that failed", source, (box) => {
  failing(box, []);
  assert.equal(box.state().status, "running");
  assert.equal(box.exec("true").code, 0);
});

rule("every flag of go-runc is known", "go-runc, CheckpointOpts", (box) => {
  const flags = [
    "--tcp-established",
    "--ext-unix-sk",
    "--shell-job",
    "--file-locks",
    "--leave-running",
    "--lazy-pages",
  ];
  const values = ["--manage-cgroups-mode", "soft", "--empty-ns", "network", "--status-fd", "1"];
  assert.match(failing(box, [...flags, ...values]), /criu/i);
});

for (const flags of [
  ["--detach", "-no-subreaper"],
  ["-d", "--no-subreaper", "--no-pivot", "--tcp-established"],
]) {
  rule(`restore ${flags.join(" ")} is refused for want of criu and makes nothing`, "go-runc, RestoreOpts", (box) => {
    box.configure(idle);
    const said = box.refused([
      ...nowhere,
      ...["restore", ...flags, "--image-path", box.path("image"), "--bundle", box.bundle, box.id],
    ]);
    assert.match(said, /criu|image/i);
    box.refused(["state", box.id]);
  });
}

rule("checkpoint of a container that has stopped is refused", source, async (box) => {
  box.create("exit 0");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  box.refused(["checkpoint", "--image-path", box.path("image"), box.id]);
});

rule("an absolute --parent-path is refused", "runc: --parent-path must be relative", (box) => {
  box.launch();
  const said = box.refused(["checkpoint", "--image-path", box.path("image"), "--parent-path", box.path(), box.id]);
  assert.match(said, /--parent-path/);
});

rule("checkpoint of a container that does not exist is refused", source, (box) => {
  box.refused(["checkpoint", "nobody"]);
});
