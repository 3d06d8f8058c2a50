/**
 * Compiled seccomp profiles, kept beside the containers' directories. Engines give almost every container the same few
 * hundred rules, and making a filter of them takes as long as all the rest of a plan.
 *
 * What is read here goes into the kernel as it is, and a filter that lets everything through would be noticed by nobody. So
 * a file counts only if it is ours, nobody else may write it, and it is whole and was made from the same profile by the
 * same program. Anything else is as good as no file. The cache is never needed: what cannot be kept is compiled again.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { SeccompProfile } from "../../1-kernel/mod.ts";
import type { SeccompProgram } from "../plan/seccomp-program.ts";

/** No container can be called this. */
export const SECCOMP_CACHE = "~seccomp";

/** An engine has one profile and its users a few. Each file is some kilobytes, in memory where `/run` is a tmpfs. */
export const KEPT_MAX = 32;

/** The kernel takes 4096 instructions of 8 bytes (BPF_MAXINSNS), which base64 makes a third longer. */
const FILE_MAX_BYTES = 48 * 1024;

/** @throws GlassboxError for a profile that cannot be compiled */
export async function cachedProgram(
  root: string,
  profile: SeccompProfile,
  native: "x86_64" | "aarch64",
): Promise<SeccompProgram> {
  const directory = join(root, SECCOMP_CACHE);
  const key = await keyOf(profile, native);
  const kept = await read(directory, key);
  if (kept) return kept;
  // Only now: with it come the tables of all system calls.
  const { seccompProgram } = await import("../plan/seccomp-program.ts");
  const program = seccompProgram(profile, native);
  await keep(directory, key, program);
  return program;
}

/** The compiler is part of it: a program that was built anew may compile otherwise. */
async function keyOf(profile: SeccompProfile, native: string): Promise<string> {
  const compiled = process.argv[1]?.startsWith("/$bunfs/") ?? false;
  const { ino, size, mtimeMs } = statSync(compiled ? process.execPath : (process.argv[1] ?? process.execPath));
  const whole = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value);
  return digestOf(JSON.stringify([[ino, size, mtimeMs], native, profile], whole));
}

async function read(directory: string, key: string): Promise<SeccompProgram | undefined> {
  let fd: number | undefined;
  try {
    if (!isOurs(lstatSync(directory))) return undefined;
    fd = openSync(join(directory, key), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const file = fstatSync(fd);
    if (!file.isFile() || !isOurs(file) || file.size > FILE_MAX_BYTES) return undefined;
    const { digest, ...content } = JSON.parse(readFileSync(fd, "utf8"));
    if (digest !== (await digestOf(JSON.stringify(content))) || content.key !== key) return undefined;
    return { filter: Buffer.from(content.filter, "base64"), flags: content.flags, notifies: content.notifies };
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

async function keep(directory: string, key: string, { filter, flags, notifies }: SeccompProgram): Promise<void> {
  const content = { key, filter: Buffer.from(filter).toString("base64"), flags, notifies };
  const text = JSON.stringify({ digest: await digestOf(JSON.stringify(content)), ...content });
  const fresh = join(directory, `${key}.${process.pid}`);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!isOurs(lstatSync(directory))) return;
    // All of them: which are still wanted nobody knows, and those that are come back.
    const kept = readdirSync(directory);
    for (const name of kept.filter(isAbandoned)) rmSync(join(directory, name), { force: true });
    if (kept.length >= KEPT_MAX) for (const name of kept) rmSync(join(directory, name), { force: true });
    writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
    renameSync(fresh, join(directory, key));
  } catch {
    // A full or read-only file system, or something else in its place.
    removeIfThere(fresh);
  }
}

/** Half-written by a process that was killed. One of another pid namespace may only seem so: then it keeps nothing. */
function isAbandoned(name: string): boolean {
  const [, pid] = /\.(\d+)$/.exec(name) ?? [];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}

function removeIfThere(path: string): void {
  try {
    rmSync(path);
  } catch {
    // It did not come to be.
  }
}

function isOurs({ uid, mode }: Stats): boolean {
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}

/** The part of Bun's API used here (https://bun.sh/docs/api/hashing). */
interface Bun {
  CryptoHasher: new (algorithm: "sha256") => { update(text: string): { digest(form: "hex"): string } };
}

/** By Bun's own means in Bun, which takes 6 ms to load `node:crypto`: more than the cache saves. */
async function digestOf(text: string): Promise<string> {
  const { Bun } = globalThis as { Bun?: Bun };
  if (Bun) return new Bun.CryptoHasher("sha256").update(text).digest("hex");
  const { createHash } = await import("node:crypto");
  return createHash("sha256").update(text).digest("hex");
}
