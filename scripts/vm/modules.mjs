/**
 * Which module files the VM has to load and in what order: `modules.dep` says what each needs, and a module is loaded
 * after all it needs (man 5 modules.dep). Modules that are built into the kernel drop out.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { Refusal } from "../setup/refusal.mjs";

/**
 * @param {string} modulesDep text of modules.dep: `kernel/fs/9p/9p.ko: kernel/net/9p/9pnet.ko kernel/fs/...`
 * @param {string[]} wanted module names
 * @returns {string[]} files relative to the modules folder, each after all it needs
 */
export function loadOrder(modulesDep, wanted) {
  const needs = new Map(
    modulesDep
      .trim()
      .split("\n")
      .map((line) => {
        const [file = "", rest = ""] = line.split(":");
        return [file, rest.trim().split(/\s+/).filter(Boolean)];
      }),
  );
  const fileOf = new Map([...needs.keys()].map((file) => [nameOf(file), file]));
  /** @type {string[]} */
  const order = [];
  const add = (/** @type {string} */ file) => {
    if (order.includes(file)) return;
    for (const needed of needs.get(file) ?? []) add(needed);
    order.push(file);
  };
  for (const name of wanted) {
    const file = fileOf.get(name);
    if (file) add(file);
  }
  return order;
}

/** `kernel/drivers/net/virtio_net.ko.xz` is `virtio_net`; the kernel knows no difference between - and _. */
function nameOf(file) {
  return path
    .basename(file)
    .replace(/\.ko(\.\w+)?$/, "")
    .replaceAll("-", "_");
}

/** Programs that unpack a module, and their packages. Debian 12 packs none, Ubuntu 24.04 with zstd. */
const UNPACKERS = [
  { ending: ".xz", program: "xz", of: "xz-utils" },
  { ending: ".zst", program: "zstd", of: "zstd" },
];

/** A module's bytes as `insmod` wants them. @param {string} file @throws {Refusal} when nothing here unpacks it */
export function readModule(file) {
  if (file.endsWith(".gz")) return gunzipSync(readFileSync(file));
  const unpacker = UNPACKERS.find(({ ending }) => file.endsWith(ending));
  if (!unpacker) return readFileSync(file);
  try {
    return execFileSync(unpacker.program, ["-dc", file], { maxBuffer: 64 * 1024 * 1024 });
  } catch (cause) {
    throw new Refusal(`Cannot unpack the kernel's module ${file}`, `apt-get install ${unpacker.of}`, { cause });
  }
}
