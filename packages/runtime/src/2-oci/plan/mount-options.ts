/**
 * The words of a mount's `options` and what each means to the kernel, as runc reads them (runc `specconv`, man 8 mount).
 * A word that is none of these is data for the file system itself: `size=65536k`.
 */
import type { MountAttribute, MountFlag, Propagation } from "../../1-kernel/mod.ts";

export interface MountOptions {
  flags: MountFlag[];
  /** Flags whose opposite was asked for: `rw`, `dev`. */
  cleared: MountFlag[];
  propagation: Array<{ kind: Propagation; recursive: boolean }>;
  /** `rro` and the like: for a whole tree. */
  recursive: { set: MountAttribute[]; clear: MountAttribute[] };
  data: string;
  bind?: "bind" | "rbind";
  /** Map the ids of the mount, or of its whole tree. */
  idMap?: "idmap" | "ridmap";
  /** A tmpfs is to begin as a copy of what it covers. */
  copyUp?: true;
}

const FLAGS: Record<string, { set?: MountFlag; clear?: MountFlag }> = {
  async: { clear: "MS_SYNCHRONOUS" },
  atime: { clear: "MS_NOATIME" },
  defaults: {},
  dev: { clear: "MS_NODEV" },
  diratime: { clear: "MS_NODIRATIME" },
  dirsync: { set: "MS_DIRSYNC" },
  exec: { clear: "MS_NOEXEC" },
  iversion: { set: "MS_I_VERSION" },
  lazytime: { set: "MS_LAZYTIME" },
  loud: { clear: "MS_SILENT" },
  mand: { set: "MS_MANDLOCK" },
  noatime: { set: "MS_NOATIME" },
  nodev: { set: "MS_NODEV" },
  nodiratime: { set: "MS_NODIRATIME" },
  noexec: { set: "MS_NOEXEC" },
  noiversion: { clear: "MS_I_VERSION" },
  nolazytime: { clear: "MS_LAZYTIME" },
  nomand: { clear: "MS_MANDLOCK" },
  norelatime: { clear: "MS_RELATIME" },
  nostrictatime: { clear: "MS_STRICTATIME" },
  nosuid: { set: "MS_NOSUID" },
  nosymfollow: { set: "MS_NOSYMFOLLOW" },
  relatime: { set: "MS_RELATIME" },
  remount: { set: "MS_REMOUNT" },
  ro: { set: "MS_RDONLY" },
  rw: { clear: "MS_RDONLY" },
  silent: { set: "MS_SILENT" },
  strictatime: { set: "MS_STRICTATIME" },
  suid: { clear: "MS_NOSUID" },
  symfollow: { clear: "MS_NOSYMFOLLOW" },
  sync: { set: "MS_SYNCHRONOUS" },
};

const PROPAGATION: Record<string, Propagation> = {
  private: "MS_PRIVATE",
  shared: "MS_SHARED",
  slave: "MS_SLAVE",
  unbindable: "MS_UNBINDABLE",
};

const RECURSIVE: Record<string, { set?: MountAttribute; clear?: MountAttribute }> = {
  rro: { set: "MOUNT_ATTR_RDONLY" },
  rrw: { clear: "MOUNT_ATTR_RDONLY" },
  rnosuid: { set: "MOUNT_ATTR_NOSUID" },
  rsuid: { clear: "MOUNT_ATTR_NOSUID" },
  rnodev: { set: "MOUNT_ATTR_NODEV" },
  rdev: { clear: "MOUNT_ATTR_NODEV" },
  rnoexec: { set: "MOUNT_ATTR_NOEXEC" },
  rexec: { clear: "MOUNT_ATTR_NOEXEC" },
  rnodiratime: { set: "MOUNT_ATTR_NODIRATIME" },
  rdiratime: { clear: "MOUNT_ATTR_NODIRATIME" },
  rnosymfollow: { set: "MOUNT_ATTR_NOSYMFOLLOW" },
  // Access times are one setting of several values: it is cleared as a whole and set anew; relatime is the value 0.
  rnoatime: { set: "MOUNT_ATTR_NOATIME", clear: "MOUNT_ATTR__ATIME" },
  ratime: { clear: "MOUNT_ATTR__ATIME" },
  rstrictatime: { set: "MOUNT_ATTR_STRICTATIME", clear: "MOUNT_ATTR__ATIME" },
  rnostrictatime: { clear: "MOUNT_ATTR__ATIME" },
  rrelatime: { set: "MOUNT_ATTR_RELATIME", clear: "MOUNT_ATTR__ATIME" },
  rnorelatime: { clear: "MOUNT_ATTR__ATIME" },
  rsymfollow: { clear: "MOUNT_ATTR_NOSYMFOLLOW" },
};

const ACCESS_TIMES: readonly MountAttribute[] = ["MOUNT_ATTR_NOATIME", "MOUNT_ATTR_RELATIME", "MOUNT_ATTR_STRICTATIME"];

/** Every word that is carried out, sorted. */
export const MOUNT_OPTIONS: readonly string[] = [
  "bind",
  "idmap",
  "rbind",
  "ridmap",
  "tmpcopyup",
  ...Object.keys(FLAGS),
  ...Object.keys(PROPAGATION).flatMap((word) => [word, `r${word}`]),
  ...Object.keys(RECURSIVE),
].sort();

/** Several parts of a plan ask for the same mount's; none of them changes what it gets. */
const parsed = new WeakMap<readonly string[], MountOptions>();

export function parseMountOptions(words: readonly string[]): MountOptions {
  let options = parsed.get(words);
  if (options === undefined) {
    options = parse(words);
    parsed.set(words, options);
  }
  return options;
}

function parse(words: readonly string[]): MountOptions {
  const options: MountOptions = {
    flags: [],
    cleared: [],
    propagation: [],
    recursive: { set: [], clear: [] },
    data: "",
  };
  const data: string[] = [];
  for (const word of words) {
    const flag = own(FLAGS, word);
    const recursive = flag ? undefined : own(RECURSIVE, word);
    const propagation = flag ? undefined : own(PROPAGATION, word.startsWith("r") ? word.slice(1) : word);
    if (word === "bind" || word === "rbind") options.bind = word;
    else if (flag) {
      // The later word wins, as in mount(8): "ro,rw" is rw.
      options.flags = options.flags.filter((name) => name !== flag.clear);
      options.cleared = options.cleared.filter((name) => name !== flag.set);
      if (flag.set && !options.flags.includes(flag.set)) options.flags.push(flag.set);
      if (flag.clear && !options.cleared.includes(flag.clear)) options.cleared.push(flag.clear);
    } else if (propagation) options.propagation.push({ kind: propagation, recursive: word.startsWith("r") });
    else if (recursive) {
      const { set, clear } = recursive;
      // The later word wins here too; of access times, the one that was set before is taken back by any other.
      const taken = (name: MountAttribute) =>
        clear === "MOUNT_ATTR__ATIME" ? ACCESS_TIMES.includes(name) : name === clear;
      options.recursive.set = options.recursive.set.filter((name) => !taken(name));
      options.recursive.clear = options.recursive.clear.filter((name) => name !== set);
      if (set) options.recursive.set.push(set);
      if (clear && !options.recursive.clear.includes(clear)) options.recursive.clear.push(clear);
    } else if (word === "tmpcopyup") options.copyUp = true;
    else if (word === "idmap" || word === "ridmap") options.idMap = word;
    else if (word !== "") data.push(word);
  }
  options.data = data.join(",");
  return options;
}

/** Words come from anywhere: "constructor" is in no table, though every object has one. */
function own<Entry>(table: Record<string, Entry>, word: string): Entry | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

const ATTRIBUTES: Partial<Record<MountFlag, MountAttribute>> = {
  MS_RDONLY: "MOUNT_ATTR_RDONLY",
  MS_NOSUID: "MOUNT_ATTR_NOSUID",
  MS_NODEV: "MOUNT_ATTR_NODEV",
  MS_NOEXEC: "MOUNT_ATTR_NOEXEC",
  MS_NODIRATIME: "MOUNT_ATTR_NODIRATIME",
  MS_NOSYMFOLLOW: "MOUNT_ATTR_NOSYMFOLLOW",
};

/** The same flags for `mount_setattr`; flags of the file system itself, and access times, have no attribute. */
export function toAttributes(flags: readonly MountFlag[]): { attributes: MountAttribute[]; without: MountFlag[] } {
  const attributes: MountAttribute[] = [];
  const without: MountFlag[] = [];
  for (const flag of flags) {
    const attribute = ATTRIBUTES[flag];
    if (attribute) attributes.push(attribute);
    else without.push(flag);
  }
  return { attributes, without };
}
