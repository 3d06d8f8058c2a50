/**
 * `/proc/PID/mountinfo` (man 5 proc_pid_mountinfo): the mount table of a process's mount namespace, as far as it can be
 * reached from that process's root. One line a mount; spaces, tabs, newlines and backslashes in paths are octal escapes.
 */
import { readProcFile } from "./procfs/proc-file.ts";

export interface MountInfo {
  mountId: number;
  /** The mount it is mounted on; the topmost one names a mount that is not listed. */
  parentId: number;
  /** major:minor of the file system. */
  device: string;
  /** Which directory of that file system is mounted here; `mnt:[4026532200]` for a bind-mounted namespace. */
  root: string;
  mountPoint: string;
  options: string[];
  /** Peer group this mount shares events with (`shared:N`), receives them from (`master:N`, `propagate_from:N`). */
  sharedGroup?: number;
  masterGroup?: number;
  propagateFrom?: number;
  unbindable: boolean;
  fsType: string;
  source: string;
  superOptions: string[];
}

/** What an overlay is made of, as its mount options say. */
export interface OverlayOptions {
  /** Topmost first, as in the option. */
  lower: string[];
  upper?: string;
  work?: string;
}

/**
 * Reads a whole mountinfo. Lines without the ` - ` that ends the optional fields are left out.
 * @param fsTypes only mounts of these, without taking the other lines apart: a host can have thousands
 */
export function parseMountinfo(text: string, fsTypes?: readonly string[]): MountInfo[] {
  const mounts: MountInfo[] = [];
  for (const line of text.split("\n")) {
    if (fsTypes && !fsTypes.some((type) => line.includes(` - ${type} `))) continue;
    const mount = parseMountinfoLine(line);
    if (mount) mounts.push(mount);
  }
  return mounts;
}

/** Undefined when the process is gone. Reading it keeps nothing busy once this has returned. */
export function readMountinfo(pid: number | "self"): MountInfo[] | undefined {
  const text = readProcFile(`/proc/${pid}/mountinfo`);
  return text === undefined ? undefined : parseMountinfo(text);
}

/**
 * The layers of an overlay mount from its super options; undefined for other file systems.
 * Newer kernels print one `lowerdir+=` (and `datadir+=`) a layer, older ones a single `lowerdir=A:B`, where a colon in a
 * name is written `\:`.
 */
export function overlayLayers(mount: Pick<MountInfo, "fsType" | "superOptions">): OverlayOptions | undefined {
  if (mount.fsType !== "overlay") return undefined;
  const layers: OverlayOptions = { lower: [] };
  for (const option of mount.superOptions) {
    const equals = option.indexOf("=");
    const value = option.slice(equals + 1);
    switch (option.slice(0, equals)) {
      case "lowerdir":
        layers.lower.push(...splitLowerdir(value));
        break;
      case "lowerdir+":
      case "datadir+":
        layers.lower.push(plainPath(value));
        break;
      case "upperdir":
        layers.upper = plainPath(value);
        break;
      case "workdir":
        layers.work = plainPath(value);
        break;
    }
  }
  return layers;
}

/**
 * Directories that a mount shows at its mount point: what `mount --bind SOURCE` was given, as far as the kernel still
 * knows, or an overlay's layers. None for a file system's first mount, and where the source is not in the table.
 * @param mounts one namespace's whole table, oldest first, as mountinfo lists it
 */
export function directoriesShownBy(mount: MountInfo, mounts: readonly MountInfo[]): string[] {
  const { lower = [], upper, work } = overlayLayers(mount) ?? {};
  return [bindSourceOf(mount, mounts), ...lower, upper, work].filter((path) => path !== undefined);
}

function bindSourceOf(mount: MountInfo, mounts: readonly MountInfo[]): string | undefined {
  for (const other of mounts) {
    if (other.mountId === mount.mountId) return undefined;
    const rest = other.device === mount.device ? below(mount.root, other.root) : undefined;
    if (rest !== undefined) return `${other.mountPoint === "/" ? "" : other.mountPoint}${rest}` || "/";
  }
  return undefined;
}

/** `/b` for `/a/b` below `/a`; empty for the directory itself; undefined when it is not below. */
function below(path: string, directory: string): string | undefined {
  if (path === directory) return "";
  const prefix = directory === "/" ? "/" : `${directory}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length - 1) : undefined;
}

function parseMountinfoLine(line: string): MountInfo | undefined {
  const fields = line.split(" ");
  const dash = fields.indexOf("-", 6);
  if (dash < 0) return undefined;
  const field = (index: number) => undoEscapes(fields[index] ?? "");
  const mount: MountInfo = {
    mountId: Number(fields[0]),
    parentId: Number(fields[1]),
    device: field(2),
    root: field(3),
    mountPoint: field(4),
    options: splitOptions(fields[5] ?? ""),
    unbindable: false,
    fsType: field(dash + 1),
    source: field(dash + 2),
    superOptions: splitOptions(fields[dash + 3] ?? ""),
  };
  for (const tag of fields.slice(6, dash)) {
    const [name, group] = tag.split(":");
    if (name === "shared") mount.sharedGroup = Number(group);
    else if (name === "master") mount.masterGroup = Number(group);
    else if (name === "propagate_from") mount.propagateFrom = Number(group);
    else if (name === "unbindable") mount.unbindable = true;
  }
  return mount;
}

/** Splits before undoing escapes: a comma inside an option's value is printed as an escape. */
function splitOptions(text: string): string[] {
  return text === "" ? [] : text.split(",").map(undoEscapes);
}

/** `::` stands before data-only layers; a colon in a name is `\:`. */
function splitLowerdir(value: string): string[] {
  return value.split(/(?<!\\):+/).map(plainPath);
}

/** Overlay keeps the backslashes its mount options were written with. */
function plainPath(value: string): string {
  return value.replace(/\\(.)/g, "$1");
}

/** `\040` is a space (man 5 proc_pid_mountinfo). */
function undoEscapes(text: string): string {
  return text.includes("\\")
    ? text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
    : text;
}
