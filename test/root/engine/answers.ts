/**
 * Questions to Node's modules, in so far as the runtime asks any. Asked in Node and in the small engine (`engine/node`), the
 * answers must be the same; so nothing in them may be of the process that asks.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, isAbsolute, join, normalize, resolve } from "node:path";

type Question = () => unknown;

/** @param place an empty directory, made anew for whoever asks and known by the same name */
export async function answers(place: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const questions: Record<string, Record<string, Question>> = {
    writing: writing(place),
    reading: reading(place),
    looking: looking(place),
    removing: removing(place),
    bytes: bytes(),
    paths: paths(),
    others: others(),
  };
  for (const [kind, list] of Object.entries(questions))
    for (const [name, question] of Object.entries(list)) found[`${kind}: ${name}`] = await answer(question);
  return found;
}

/** What it says, or what is asked of an error; not its text, in which Node has words of its own. */
async function answer(question: Question): Promise<unknown> {
  try {
    return (await question()) ?? "nothing";
  } catch (thrown) {
    const { code, syscall, path, dest, errno } = thrown as NodeJS.ErrnoException & { dest?: string };
    return { thrown: { code, syscall, path, dest, errno, begins: String((thrown as Error).message).split(" ")[0] } };
  }
}

const LONG = "0123456789abcdef".repeat(10_000);
const WIDE = "ä€𝄞\u0000z";

function writing(place: string): Record<string, Question> {
  const file = join(place, "file");
  return {
    "a new file": () => fs.writeFileSync(file, WIDE, { mode: 0o640 }),
    "once more, but not over it": () => fs.writeFileSync(file, "", { flag: "wx" }),
    "at its end": () => fs.appendFileSync(file, "end"),
    "a long one": () => fs.writeFileSync(join(place, "long"), LONG),
    "an empty one": () => fs.writeFileSync(join(place, "empty"), ""),
    "half a character": () => fs.writeFileSync(join(place, "half"), "a\ud800b"),
    bytes: () => fs.writeFileSync(join(place, "bytes"), new Uint8Array([255, 254, 65, 0, 66])),
    "into what is there": () => fs.writeFileSync(join(place, "long"), "XX", { flag: "r+" }),
    "to a directory": () => fs.writeFileSync(place, ""),
    "where there is none": () => fs.writeFileSync(join(place, "no/file"), ""),
    "to a full disk": () => fs.writeFileSync("/dev/full", "x"),
    "by descriptor": () => {
      const fd = fs.openSync(join(place, "fd"), fs.constants.O_WRONLY | fs.constants.O_CREAT, 0o600);
      const sizes = [fs.writeSync(fd, "äb"), fs.writeSync(fd, new Uint8Array([1, 2]))];
      fs.closeSync(fd);
      return sizes;
    },
    "a directory": () => fs.mkdirSync(join(place, "folder"), { mode: 0o750 }),
    "it again": () => fs.mkdirSync(join(place, "folder")),
    "directories in directories": () =>
      void fs.mkdirSync(join(place, "folder/a/b/c"), { recursive: true, mode: 0o700 }),
    "them again": () => fs.mkdirSync(join(place, "folder/a/b/c"), { recursive: true }),
    "a link": () => fs.symlinkSync("folder/a", join(place, "link")),
    "it again, a link": () => fs.symlinkSync("x", join(place, "link")),
    "another name": () => fs.renameSync(join(place, "empty"), join(place, "folder/empty")),
    "another name for nothing": () => fs.renameSync(join(place, "empty"), join(place, "other")),
    "another mode": () => fs.chmodSync(file, 0o1600),
    "a zero byte in a name": () => fs.writeFileSync("/tmp/a\0b", ""),
  };
}

function reading(place: string): Record<string, Question> {
  const text = (name: string) => () => fs.readFileSync(join(place, name), "utf8");
  return {
    "what was written": text("file"),
    "a long file": text("long"),
    "half a character": text("half"),
    "what is no text": text("bytes"),
    nothing: text("folder/empty"),
    "a kernel's file, which has no size": () => fs.readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"),
    "a directory": () => fs.readFileSync(place, "utf8"),
    "what is not there": text("nowhere"),
    "below what is no directory": text("file/x"),
    "a part, into a part": () => {
      const fd = fs.openSync(join(place, "long"), "r");
      const buffer = Buffer.alloc(8);
      const got = [fs.readSync(fd, buffer, 2, 3, null), fs.readSync(fd, buffer, 5, 3, null)];
      fs.closeSync(fd);
      return [got, buffer.toString("hex")];
    },
    "from a closed descriptor": () => fs.readSync(999, Buffer.alloc(1)),
    "through no link": () => fs.openSync(join(place, "link"), fs.constants.O_NOFOLLOW),
    "a link": () => fs.readlinkSync(join(place, "link")),
    "what is no link": () => fs.readlinkSync(join(place, "file")),
    "where links lead": () => fs.realpathSync(join(place, "link/b/../b/c")),
    "where nothing is": () => fs.realpathSync(join(place, "nowhere")),
  };
}

function looking(place: string): Record<string, Question> {
  return {
    "a file": () => look(fs.statSync(join(place, "file"))),
    "a directory by its link": () => look(fs.statSync(join(place, "link"))),
    "a link": () => look(fs.lstatSync(join(place, "link"))),
    "a device": () => [look(fs.statSync("/dev/null")), fs.statSync("/dev/null").rdev],
    "an open file": () => {
      const fd = fs.openSync("/dev/zero", "r");
      const seen = [look(fs.fstatSync(fd)), fs.fstatSync(fd).rdev];
      fs.closeSync(fd);
      return seen;
    },
    "a time": () => fs.statSync("/etc/passwd").mtimeMs,
    "a file's number": () => fs.statSync("/etc/passwd").ino,
    nothing: () => fs.statSync(join(place, "nowhere")),
    "nothing, and that is well": () => fs.statSync(join(place, "nowhere"), { throwIfNoEntry: false }),
    "below a file, and that is well": () => fs.lstatSync(join(place, "file/x"), { throwIfNoEntry: false }),
    names: () => fs.readdirSync(place).sort(),
    "names and kinds": () =>
      fs
        .readdirSync(join(place, "folder"), { withFileTypes: true })
        .map((entry) => [entry.name, entry.isDirectory()])
        .sort(),
    "hundreds of names": () => {
      const many = join(place, "many");
      fs.mkdirSync(many);
      for (let i = 0; i < 700; i++) fs.writeFileSync(join(many, `a-rather-long-name-of-a-file-${i}`), "");
      return fs.readdirSync(many).length;
    },
    "names in a file": () => fs.readdirSync(join(place, "file")),
    "what exists": () => ["file", "link", "nowhere", "file/x", "a\0b"].map((name) => fs.existsSync(join(place, name))),
    "what one may": () => fs.accessSync(join(place, "file"), fs.constants.R_OK),
    "what nobody may": () => fs.accessSync(join(place, "nowhere"), fs.constants.W_OK),
  };
}

function look(stat: fs.Stats): unknown {
  const kinds = [stat.isFile(), stat.isDirectory(), stat.isSymbolicLink(), stat.isFIFO(), stat.isCharacterDevice()];
  return [kinds, stat.mode, stat.uid, stat.gid, stat.nlink, stat.isFile() ? stat.size : 0];
}

function removing(place: string): Record<string, Question> {
  return {
    "a directory with something in it": () => fs.rmdirSync(join(place, "folder")),
    "a directory as a file": () => fs.unlinkSync(join(place, "folder")),
    "a link, not what it leads to": () => {
      fs.rmSync(join(place, "link"), { recursive: true });
      return fs.existsSync(join(place, "folder/a/b/c"));
    },
    "all of a directory": () => {
      fs.rmSync(join(place, "folder"), { recursive: true });
      return fs.existsSync(join(place, "folder"));
    },
    nothing: () => fs.unlinkSync(join(place, "folder")),
    "nothing, and that is well": () => fs.rmSync(join(place, "folder"), { force: true }),
  };
}

function bytes(): Record<string, Question> {
  return {
    sizes: () => ["", "a", "ä€𝄞", "a\ud800b"].map((text) => Buffer.byteLength(text)),
    "of a text": () => [...Buffer.from(WIDE)],
    "of half a character": () => [...Buffer.from("\udfff")],
    "as a text": () => Buffer.from([0xe2, 0x82, 0xac, 0xff, 0x41]).toString("utf8", 0, 5),
    "as digits and back": () => Buffer.from(Buffer.from([0, 1, 254]).toString("hex"), "hex").toString("hex"),
    "in base64 and back": () => [...Buffer.from(Buffer.from([0, 1, 254, 7]).toString("base64"), "base64")],
    "joined, with room": () => [...Buffer.concat([new Uint8Array([1, 2]), Buffer.from("b")], 5)],
    "a part is not a copy": () => {
      const whole = Buffer.from("abcdef");
      whole.subarray(2, 4).set([88, 89]);
      return [whole.toString(), whole.subarray(3).toString("utf8", 1)];
    },
    "numbers in it": () => {
      const place = Buffer.alloc(20);
      place.writeUInt16LE(0xfffe, 0);
      place.writeUInt32LE(0xfffffffe, 2);
      place.writeBigUInt64LE(0xfffffffffffffffen, 8);
      return [place.write("ä", 17), place.toString("hex")];
    },
    "wide numbers": () => [BigInt.asUintN(64, -1n), BigInt.asUintN(32, -2n), BigInt.asIntN(8, 255n)].map(String),
    "a digest": () => createHash("sha256").update("ä".repeat(1000)).digest("hex"),
  };
}

function paths(): Record<string, Question> {
  const some = [
    "",
    ".",
    "/",
    "//",
    "/a/",
    "a//b",
    "a/./b",
    "/a/../b",
    "../a",
    "/..",
    "/a/...",
    "a/b/.",
    ".a/..b",
    "/a/b/..",
  ];
  return {
    normal: () => some.map((path) => normalize(path)),
    joined: () => some.map((path) => [join("/x", path), join(path, "y"), join(path, "", "../z")]),
    parts: () => some.map((path) => [dirname(path), basename(path), isAbsolute(path)]),
    resolved: () => some.map((path) => resolve("/r/s", path)),
  };
}

function others(): Record<string, Question> {
  return {
    "a signal to nobody": () => process.kill(4_194_305, "SIGTERM"),
    "no signal to ourselves": () => process.kill(process.pid, 0),
    "who we are": () => [process.geteuid?.(), process.getegid?.(), process.getuid?.(), process.cwd(), process.arch],
    "a moment later": () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1),
    "a variable": () => [process.env.ASKED, process.env.NOT_SET],
    "in order of time": async () => {
      const order: number[] = [];
      const wait = (ms: number) => new Promise<void>((done) => void setTimeout(() => done(void order.push(ms)), ms));
      const never = setTimeout(() => order.push(0), 1);
      clearTimeout(never);
      await Promise.all([wait(30), wait(1), wait(10)]);
      return order;
    },
    "an end before its time": () => {
      const stop = new AbortController();
      const heard: string[] = [];
      stop.signal.addEventListener("abort", () => heard.push("abort"), { once: true });
      stop.abort("why");
      stop.abort("again");
      return [stop.signal.aborted, stop.signal.reason, heard];
    },
  };
}
