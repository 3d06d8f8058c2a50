/**
 * A whole Debian as a root file system, as debootstrap makes it: what people really put into images, with glibc, users,
 * set-user-id programs and thousands of files. Fetched once and kept in `build`, since it takes a minute.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkout } from "../places.ts";

const run = promisify(execFile);
const ARCHIVE = `${checkout}/build/engines/debian.tar`;

/** The packages come over the network. */
const FETCH_TIMEOUT_MS = 300_000;

/** What is only there for installing more. */
const LEFT_OUT = ["./var/cache/apt/archives/*.deb", "./var/lib/apt/lists/*_*", "./dev/*"];

/** debootstrap or the machine's network would not: a reason to skip. */
export class NoDebian extends Error {}

/**
 * The file system as a tar archive, of this machine's release.
 * @returns its path
 * @throws NoDebian with debootstrap's last words
 */
export async function debianArchive(): Promise<string> {
  if (existsSync(ARCHIVE)) return ARCHIVE;
  mkdirSync(join(ARCHIVE, ".."), { recursive: true });
  const work = mkdtempSync(`${ARCHIVE}-`);
  try {
    await bootstrap(`${work}/root`);
    const without = LEFT_OUT.map((place) => `--exclude=${place}`);
    await run("tar", [
      "--create",
      "--numeric-owner",
      ...without,
      "--file",
      `${work}/tar`,
      "--directory",
      `${work}/root`,
      ".",
    ]);
    // In one piece: an archive that was not written to its end is never taken for one.
    renameSync(`${work}/tar`, ARCHIVE);
    return ARCHIVE;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function bootstrap(root: string): Promise<void> {
  const [, codename = "stable"] = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync("/etc/os-release", "utf8")) ?? [];
  // What it mounts while it works goes with its mount namespace, and what it starts with its pid namespace.
  const apart = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"];
  const command = ["debootstrap", "--variant=minbase", codename, root];
  try {
    await run("unshare", [...apart, ...command], { timeout: FETCH_TIMEOUT_MS, maxBuffer: 16 << 20 });
  } catch (cause) {
    const { stdout = "", message } = cause as { stdout?: string; message: string };
    const words = stdout.split("\n").findLast((line) => line.startsWith("E: ")) ?? message;
    throw new NoDebian(`debootstrap cannot fetch ${codename}: ${words}`, { cause });
  }
}
