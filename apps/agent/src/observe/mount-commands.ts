/**
 * Whose a new mount is, outside of anybody's own namespace or directory. No table of the kernel says who mounted what, so
 * it is told by the mount commands of learners that kwatch read: a mount that appears where one of them was told to make
 * it is that learner's. What was mounted by another program, or too fast to be read, stays the machine's.
 */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { MountInfo } from "@glassbox/runtime/kernel";

/** From the start of mount(8) to its mount in the table: a disk may have to be spun up, a server asked. */
const AWAITED_MS = 30_000;
/** Commands kept meanwhile; a script that mounts in a loop has its older ones forgotten. */
const AWAITED_MAX = 256;

/** Options of mount(8) whose value is the next word. */
const WITH_VALUE = /^(-[oOtLUN]|--(options|test-opts|types|label|uuid|namespace|source|target-prefix))$/;

/** These make no mount: they change one, or take one from elsewhere, which stays whoever's it was. */
const MAKES_NONE = /^(-M|--move|--make-.*|(-o|--options=?)?(.*,)?(remount|move)(,.*)?)$/;
/** Mounts below come along, each as a mount of its own. */
const WITH_THOSE_BELOW = /^(-R|--rbind|(-o|--options=)?(.*,)?rbind(,.*)?)$/;

interface Awaited {
  /** As mountinfo will name it. */
  mountPoint: string;
  below: boolean;
  lab: string;
  untilMs: number;
}

export class MountCommands {
  #awaited: Awaited[] = [];
  /** Mounts of our namespace that were looked at, by id and place: an id alone is given out again. */
  #labs = new Map<string, string | undefined>();

  /** A learner runs mount(8) with these words in directory `cwd`. */
  started(lab: string, cwd: string, argv: readonly string[], nowMs = Date.now()): void {
    const target = targetOf(argv);
    if (target === undefined || argv.some((word) => MAKES_NONE.test(word))) return;
    const below = argv.some((word) => WITH_THOSE_BELOW.test(word));
    const awaited = { mountPoint: real(resolve(cwd, target)), below, lab, untilMs: nowMs + AWAITED_MS };
    this.#awaited = [...this.#awaited, awaited].slice(-AWAITED_MAX);
  }

  /** All mounts of our namespace as they are now: whose each is, is decided when it is first seen. */
  look(mounts: readonly MountInfo[], nowMs = Date.now()): void {
    this.#awaited = this.#awaited.filter(({ untilMs }) => untilMs > nowMs);
    const labs = new Map<string, string | undefined>();
    for (const mount of mounts) {
      const key = keyOf(mount);
      labs.set(key, this.#labs.has(key) ? this.#labs.get(key) : this.#awaitedBy(mount));
    }
    this.#labs = labs;
  }

  /** Undefined for the machine's own. */
  labOf(mount: MountInfo): string | undefined {
    return this.#labs.get(keyOf(mount));
  }

  #awaitedBy({ mountPoint }: MountInfo): string | undefined {
    return this.#awaited.find(
      (one) => mountPoint === one.mountPoint || (one.below && mountPoint.startsWith(`${one.mountPoint}/`)),
    )?.lab;
  }
}

function targetOf(argv: readonly string[]): string | undefined {
  let last: string | undefined;
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word === "--target") return argv[at + 1];
    if (word.startsWith("--target=")) return word.slice("--target=".length);
    if (WITH_VALUE.test(word)) at++;
    else if (!word.startsWith("-")) last = word;
  }
  return last;
}

function keyOf({ mountId, mountPoint }: MountInfo): string {
  return `${mountId} ${mountPoint}`;
}

/** Without symbolic links, as mountinfo names it; a path that is not there is no place to mount. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
