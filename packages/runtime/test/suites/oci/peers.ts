/**
 * The runtimes every case of this suite runs on: ours and the two that real container managers use. A case holds for all
 * of them because the specification says so; where one differs, the case says which and why.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

export type PeerName = "glassrun" | "runc" | "crun";

export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

/** One runtime with a state directory of its own, for one case. */
export interface Peer {
  name: PeerName;
  call(args: string[], options?: { cwd?: string; input?: string }): Answer;
}

/** A loaded machine takes its time; a hanging runtime must not take the suite with it. */
const CALL_DEADLINE_MS = 60_000;

const OURS = fileURLToPath(new URL("../../../bin/glassrun", import.meta.url));

/** crun refuses hybrid layouts; without the v2 tree, in a mount namespace of its own, it sees plain v1. */
const WITHOUT_V2 = [
  "unshare",
  "-m",
  "--propagation",
  "private",
  "sh",
  "-c",
  'umount /sys/fs/cgroup/unified; exec "$@"',
  "sh",
];

const COMMANDS: Record<PeerName, () => string[]> = {
  glassrun: () => [OURS],
  runc: () => ["runc"],
  crun: () => (isHybrid() ? [...WITHOUT_V2, "crun"] : ["crun"]),
};

/** One test a runtime. `only` leaves runtimes out, for what the specification does not promise. */
export function onEachPeer(
  title: string,
  run: (peer: Peer, t: TestContext) => void | Promise<void>,
  only?: PeerName[],
): void {
  for (const name of only ?? (["glassrun", "runc", "crun"] as const)) {
    test(`${name}: ${title}`, async (t) => {
      const missing = whyNot(name);
      if (missing) return t.skip(missing);
      const root = mkdtempSync(join(tmpdir(), `oci-suite-${name}-`));
      t.after(() => rmSync(root, { recursive: true, force: true }));
      const command = COMMANDS[name]();
      await run(
        {
          name,
          call(args, { cwd, input } = {}) {
            const [program = "", ...prefix] = command;
            const { status, signal, stdout, stderr } = spawnSync(program, [...prefix, "--root", root, ...args], {
              cwd,
              input: input ?? "",
              encoding: "utf8",
              timeout: CALL_DEADLINE_MS,
            });
            return { code: status ?? (signal ? 128 : -1), stdout, stderr };
          },
        },
        t,
      );
    });
  }
}

function whyNot(name: PeerName): string | undefined {
  if (process.getuid?.() !== 0) return "containers are made as root";
  if (!existsSync("/bin/busybox")) return "busybox-static is not installed";
  if (name === "glassrun") return existsSync(OURS) ? undefined : "glassrun is not built";
  return spawnSync(name, ["--version"]).status === 0 ? undefined : `${name} is not installed`;
}

export function isHybrid(): boolean {
  const mounts = readFileSync("/proc/mounts", "utf8");
  return / cgroup /.test(mounts) && / cgroup2 /.test(mounts);
}
