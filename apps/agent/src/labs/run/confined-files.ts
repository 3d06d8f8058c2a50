/**
 * The editor's files: text below a lab's working directory and nowhere else. The learner may put symbolic links there, so
 * a path is not trusted: the directory is opened, the kernel is asked what was opened (`/proc/self/fd`), and everything
 * after goes through that descriptor. Node cannot call `openat2`; this is the same care with what it can.
 */
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readlink, rename, rm } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { FileContent } from "@glassbox/protocol";
import { GlassboxError } from "@glassbox/runtime/base";

/** As in the protocol's `FileContent`: a lesson's files are a few KB. */
const FILE_MAX_BYTES = 1024 * 1024;

/** @throws GlassboxError "not found", "invalid argument" (outside, no text file, too large) */
export async function readConfined(workDir: string, path: string): Promise<FileContent> {
  return inDirectory(workDir, path, async (directory) => {
    const { text, revision } = await readIn(directory, path);
    return { path, text, revision };
  });
}

/**
 * Replaces the whole file, or makes it when `revision` is the empty string.
 * @throws GlassboxError "failed precondition" when `revision` is not what is there now
 */
export async function writeConfined(workDir: string, file: FileContent): Promise<FileContent> {
  return inDirectory(workDir, file.path, async (directory) => {
    const current = await readIn(directory, file.path).catch((thrown: unknown) => {
      if (thrown instanceof GlassboxError && thrown.category === "not found") return undefined;
      throw thrown;
    });
    if ((current?.revision ?? "") !== file.revision) {
      throw new GlassboxError("failed precondition", `Cannot save "${file.path}": it has changed since it was opened`, {
        hint: "Open it again and repeat the edit",
      });
    }
    const temporary = `${directory}/.${basename(file.path)}.${randomBytes(6).toString("hex")}`;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const handle = await open(temporary, flags, current?.mode ?? 0o644);
    try {
      await handle.writeFile(file.text);
      await handle.close();
      await rename(temporary, `${directory}/${basename(file.path)}`);
    } catch (cause) {
      await handle.close();
      await rm(temporary, { force: true });
      throw new GlassboxError("internal", `Cannot save "${file.path}"`, { cause });
    }
    return { path: file.path, text: file.text, revision: revisionOf(file.text) };
  });
}

/** Calls `work` with a path that leads into the file's directory whatever is renamed meanwhile. */
async function inDirectory<T>(workDir: string, path: string, work: (directory: string) => Promise<T>): Promise<T> {
  if (isAbsolute(path) || path.includes("\0") || path.split("/").includes("..") || basename(path) === "") {
    throw new GlassboxError("invalid argument", `Cannot open "${path}": it must be a path below the lab's directory`);
  }
  let directory: FileHandle;
  try {
    directory = await open(join(workDir, dirname(path)), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (cause) {
    throw new GlassboxError("not found", `Cannot open "${path}": there is no such directory`, { cause });
  }
  try {
    const opened = await readlink(`/proc/self/fd/${directory.fd}`);
    if (opened !== workDir && !opened.startsWith(`${workDir}/`)) {
      throw new GlassboxError("invalid argument", `Cannot open "${path}": a link leads out of the lab's directory`);
    }
    return await work(`/proc/self/fd/${directory.fd}`);
  } finally {
    await directory.close();
  }
}

async function readIn(directory: string, path: string): Promise<{ text: string; revision: string; mode: number }> {
  let handle: FileHandle;
  try {
    // NONBLOCK: opening a fifo nobody writes to would wait for ever.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    handle = await open(`${directory}/${basename(path)}`, flags);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ELOOP") throw new GlassboxError("invalid argument", `Cannot open "${path}": it is a symbolic link`);
    throw new GlassboxError("not found", `Cannot open "${path}": there is no such file`, { cause });
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new GlassboxError("invalid argument", `Cannot open "${path}": it is not a plain file`);
    if (stat.size > FILE_MAX_BYTES) {
      throw new GlassboxError("invalid argument", `Cannot open "${path}": it is longer than ${FILE_MAX_BYTES} bytes`);
    }
    const text = await handle.readFile("utf8");
    return { text, revision: revisionOf(text), mode: stat.mode & 0o777 };
  } finally {
    await handle.close();
  }
}

function revisionOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
