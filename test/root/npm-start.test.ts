/**
 * `npm start` as a newcomer meets it: each thing that can stand in its way is said in one sentence with one remedy, and
 * Ctrl-C ends what it began. It runs in a mount namespace with a /run and a /var of its own, so that neither this
 * machine's packages nor an agent that already runs here are touched. What it serves must have been built before, as
 * `npm test` does: building is not tried here.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { leaksSince, takeInventory, testScope } from "../inventory/inventory.ts";

const root = path.resolve(import.meta.dirname, "../..");
const DEADLINE_MS = 180_000;
const NOBODY = 65_534;

const skip = process.getuid?.() === 0 ? false : "needs root: mount namespaces, and becoming somebody else";

/** Everything that is written below /var and /run goes to memory, and away with the last process. */
const APART = `
mount -t tmpfs none /run && mkdir /run/upper /run/work &&
mount -t overlay -o lowerdir=/var,upperdir=/run/upper,workdir=/run/work overlay /var || exit 99
`;
/** As dpkg remembers a package that was removed. */
const WITHOUT_STRACE = `sed -i '/^Package: strace$/,/^$/ s/^Status: .*/Status: deinstall ok config-files/' /var/lib/dpkg/status
`;

/** apt would ask several times, with pauses. */
const ASK_ONCE = `echo 'Acquire::Retries "0";' > /run/apt.conf; export APT_CONFIG=/run/apt.conf
`;

interface Started {
  process: ChildProcess;
  /** All it has printed until now. */
  said(): string;
  ended: Promise<number | null>;
}

interface How {
  /** Shell lines before it starts, in its own mount namespace. */
  before?: string;
  /** Without a network. */
  alone?: boolean;
  user?: number;
}

function start(t: TestContext, args: string[], { before = "", alone = false, user = 0 }: How = {}): Started {
  const become = user === 0 ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
  const command = [...become, process.execPath, path.join(root, "scripts/start.mjs"), ...args];
  const child = spawn(
    "unshare",
    ["--mount", ...(alone ? ["--net"] : []), "sh", "-c", `${APART}${before}exec "$@"`, "sh", ...command],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece: Buffer) => (said += piece.toString()));
  const late = setTimeout(() => signalAll(child, "SIGKILL"), DEADLINE_MS);
  const ended = once(child, "close").then(([code]) => code as number | null);
  t.after(async () => {
    clearTimeout(late);
    if (child.exitCode === null && child.signalCode === null) signalAll(child, "SIGTERM");
    await ended;
  });
  return { process: child, said: () => said, ended };
}

const refusals: Array<[what: string, args: string[], how: How, words: RegExp]> = [
  [
    "an option that is none",
    ["--prot", "1"],
    {},
    /^\nCannot read the options: Unknown option '--prot'\.\nnpm start -- --help lists them\.\n$/,
  ],
  [
    "nobody but root may run it here",
    ["--here"],
    { user: NOBODY },
    /\nCannot run Glassbox here: making containers needs root\.\nsudo npm start, or npm start -- --vm\.\n$/,
  ],
  [
    "a package that is missing and may not be installed",
    ["--vm", "--port", "0"],
    { user: NOBODY, before: WITHOUT_STRACE },
    /\nCannot install strace: only root can\.\nRun it as root, or first: sudo apt-get install strace\.\n$/,
  ],
  [
    "a package that is missing, without a network",
    ["--here", "--yes", "--port", "0"],
    { before: WITHOUT_STRACE + ASK_ONCE, alone: true },
    /\nCannot install strace: the package mirror cannot be reached \(.*\)\.\nConnect this machine to the network, .*apt-get install strace\.\n$/,
  ],
];
for (const [what, args, how, words] of refusals) {
  test(`npm start says in one sentence, and what to do: ${what}`, { skip }, async (t) => {
    if (how.user !== undefined && !nobodyCanStart()) return t.skip("nobody may read this checkout, or run this Node");
    const wanted = await Promise.all(args.map(async (arg) => (arg === "0" ? `${await freePort()}` : arg)));
    const started = start(t, wanted, how);
    assert.equal(await started.ended, 1, started.said());
    assert.match(started.said(), words);
  });
}

test("npm start says in one sentence that its port is taken, before it sets anything up", { skip }, async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const started = start(t, ["--here", "--port", `${port}`]);
  assert.equal(await started.ended, 1, started.said());
  assert.match(started.said(), new RegExp(`^Glassbox will run here: .*\n\nPort ${port} on 127.0.0.1 is taken`));
  assert.match(started.said(), new RegExp(`Take another: npm start -- --port ${port + 1}\\.\n$`));
});

test("npm start prints an address, and after Ctrl-C nothing of it is left", { skip }, async (t) => {
  const port = await freePort();
  const scope = testScope({ cgroupBase: "/glassbox", directories: [] });
  const before = takeInventory(scope);
  const started = start(t, ["--here", "--yes", "--port", `${port}`]);
  const { process: child } = started;
  const ready = new RegExp(`http://127\\.0\\.0\\.1:${port}/\\?token=[\\w-]{20,}`);
  await Promise.race([until(child, () => ready.test(started.said())), started.ended]);
  const [url = ""] = ready.exec(started.said()) ?? [];
  assert.notEqual(url, "", started.said());
  assert.equal((await fetch(url, { redirect: "manual" })).status, 303);
  // As a terminal does it: everybody in the foreground gets the signal.
  signalAll(child, "SIGINT");
  assert.equal(await started.ended, 0, started.said());
  assert.match(started.said(), /\nEnding \.\.\.\n$/);
  assert.deepEqual(await leaksSince(before, scope), []);
});

function nobodyCanStart(): boolean {
  const help = [path.join(root, "scripts/start.mjs"), "--help"];
  return spawnSync(process.execPath, help, { uid: NOBODY, gid: NOBODY, stdio: "ignore" }).status === 0;
}

/** It and what it started: all are in a process group of their own, which it leads. */
function signalAll(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) process.kill(-child.pid, signal);
}

async function until(child: ChildProcess, holds: () => boolean): Promise<void> {
  while (!holds()) await once(child.stdout as NodeJS.ReadableStream, "data");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
