/**
 * Paths inside the container's root. They come from images and configs that nobody vouches for, so none is ever handed
 * to the kernel as it is: each is opened with RESOLVE_IN_ROOT, where no symlink and no `..` leads outside, and used by
 * descriptor from then on (CVE-2019-19921, CVE-2021-30465).
 */
import { basename, dirname, join, normalize } from "node:path";
import {
  mkdirat,
  mknodat,
  type Op,
  type OpenFlag,
  openat2,
  type ResolveFlag,
  result,
  template,
} from "../../1-kernel/mod.ts";
import type { Mount } from "../spec/config.ts";
import type { Planning } from "./planning.ts";

/** Descriptor of the container's root while it is being set up. */
export const ROOT = "rootfs";

const IN_ROOT: ResolveFlag[] = ["RESOLVE_IN_ROOT", "RESOLVE_NO_MAGICLINKS"];

export interface Opened {
  ops: Op[];
  /** Name of the result that holds the descriptor. */
  fd: string;
}

export interface OpenOptions {
  why: string;
  from: string;
  /** Index of the mount being planned: what is mounted later is not there yet. */
  mountIndex?: number;
  /** Refuse a symlink anywhere on the way: for /proc and /sys, which must be plain directories. */
  plain?: boolean;
}

/** The magic link to an open descriptor, for calls that only take paths. */
export function fdPath(fd: string) {
  return template(`/proc/self/fd/{${fd}}`);
}

/** Open something that is there. */
export function openInRoot(planning: Planning, path: string, flags: OpenFlag[], options: OpenOptions): Opened {
  const clean = relative(path);
  const fd = planning.name(clean);
  const resolve: ResolveFlag[] = options.plain ? ["RESOLVE_IN_ROOT", "RESOLVE_NO_SYMLINKS"] : IN_ROOT;
  const { why, from } = options;
  const open = openat2({ directory: result(ROOT), path: clean, flags, resolve }, { why, from, result: fd });
  return { ops: [open], fd };
}

/** Open a directory, making what is missing on the way to it. */
export function openDirectory(planning: Planning, path: string, options: OpenOptions): Opened {
  const parts = relative(path)
    .split("/")
    .filter((part) => part !== ".");
  const prefix = (count: number) => `/${parts.slice(0, count).join("/")}`;
  const look = (count: number) => planning.facts.look(prefix(count), options.mountIndex).kind;
  let present = parts.length;
  while (present > 0 && look(present) !== "directory") present--;
  if (present === parts.length) return openInRoot(planning, path, ["O_PATH", "O_DIRECTORY"], options);

  const ops: Op[] = [];
  let parent = ROOT;
  if (present > 0) {
    const opened = openInRoot(planning, prefix(present), ["O_PATH", "O_DIRECTORY"], {
      ...options,
      why: `Open "${prefix(present)}", in which "${parts[present]}" is to be made`,
    });
    ops.push(...opened.ops);
    parent = opened.fd;
  }
  for (let count = present + 1; count <= parts.length; count++) {
    const name = parts[count - 1] ?? "";
    ops.push(
      mkdirat(
        { directory: result(parent), path: name, mode: 0o755 },
        {
          why: `Make the directory "${prefix(count)}"; it may be there already`,
          from: options.from,
          allow: ["EEXIST"],
        },
      ),
    );
    const why = count === parts.length ? options.why : `Open "${prefix(count)}" to go on below it`;
    const opened = openInRoot(planning, prefix(count), ["O_PATH", "O_DIRECTORY"], { ...options, why });
    ops.push(...opened.ops);
    parent = opened.fd;
  }
  return { ops, fd: parent };
}

/** Open a file to mount something on, making an empty one when it is missing. */
export function openMountPointFile(planning: Planning, path: string, options: OpenOptions): Opened {
  const kind = planning.facts.look(`/${relative(path)}`, options.mountIndex).kind;
  if (kind === "file") return openInRoot(planning, path, ["O_PATH"], options);
  const parent = openDirectory(planning, dirname(`/${relative(path)}`), {
    ...options,
    why: `Open the directory of "${path}"`,
  });
  const make = mknodat(
    { directory: result(parent.fd), path: basename(path), type: "S_IFREG", mode: 0o644 },
    { why: `Make an empty file "${path}" to mount on; it may be there already`, from: options.from, allow: ["EEXIST"] },
  );
  const opened = openInRoot(planning, path, ["O_PATH"], options);
  return { ops: [...parent.ops, make, ...opened.ops], fd: opened.fd };
}

/** What a bind mount shows, as a path of the host: relative ones count from the bundle. */
export function bindSourceOf(planning: Planning, { source = "" }: Mount): string {
  return source.startsWith("/") ? source : join(planning.bundle, source);
}

/** Without the leading slash and without `..`: `proc/sys`; the root itself is `.`. */
export function relative(path: string): string {
  // Without a slash too many, which would have `normalize` look at each character.
  const clean = normalize(path.startsWith("/") ? path : `/${path}`);
  return clean === "/" ? "." : clean.slice(1, clean.endsWith("/") ? -1 : undefined);
}
