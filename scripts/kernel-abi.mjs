/**
 * Writes packages/runtime/src/1-kernel/abi/*.ts: the kernel's own numbers, taken from the kernel's and the C library's
 * headers by the C compiler, so that nobody types a constant. What it writes is committed; building needs no headers.
 * Which numbers those are says `kernel-abi/wanted.mjs`.
 *
 *   node scripts/kernel-abi.mjs           write the files anew (x86_64 with linux-libc-dev)
 *   node scripts/kernel-abi.mjs --check   fail when a committed number differs from this machine's headers; names that
 *                                         only one side knows (older or newer headers) are listed and are no failure
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { arches, arm64Open, structs, tables } from "./kernel-abi/wanted.mjs";

const folder = fileURLToPath(new URL("../packages/runtime/src/1-kernel/abi/", import.meta.url));

const scratch = mkdtempSync(path.join(tmpdir(), "kernel-abi-"));
try {
  const files = new Map();
  for (const table of tables) files.set(table.file, tableFile(table));
  files.set("errno.ts", errnoFile());
  files.set("syscall-numbers.ts", syscallsFile());
  files.set("structs.ts", structsFile());
  process.exitCode = process.argv.includes("--check") ? check(files) : write(files);
} finally {
  rmSync(scratch, { recursive: true });
}

function tableFile({ file, name, about, headers, extra = "", match, skip, names = [] }) {
  const prelude = [extra, ...headers.map((header) => `#include <${header}>`)].join("\n");
  const found = macros(prelude).filter(([macro]) => match.test(macro) && !skip?.test(macro));
  const values = evaluate(prelude, [...found.map(([macro]) => macro), ...names]);
  const lines = [...values].map(([macro, value]) => `  ${macro}: ${armAware(file, macro, value)},`);
  const arm = file === "open.ts" ? 'const arm64 = process.arch === "arm64";\n\n' : "";
  return `${heading(about)}\n${arm}export const ${name} = {\n${lines.join("\n")}\n} as const;\n`;
}

function armAware(file, macro, value) {
  const other = file === "open.ts" ? arm64Open[macro] : undefined;
  return other === undefined ? value : `arm64 ? ${other} : ${value}`;
}

function errnoFile() {
  const prelude = "#include <errno.h>\n#include <string.h>";
  // An alias (EWOULDBLOCK is EAGAIN) would give one number two names; a number has one name here.
  const names = macros(prelude).filter(([macro, body]) => /^E[A-Z0-9]+$/.test(macro) && /^\d+$/.test(body));
  const values = [
    ...evaluate(
      prelude,
      names.map(([macro]) => macro),
    ),
  ].sort((a, b) => Number(a[1] - b[1]));
  const meanings = run(`${prelude}\n#include <stdio.h>
int main(void) { ${values.map(([, value]) => `puts(strerror(${value}));`).join(" ")} }`)
    .trimEnd()
    .split("\n");
  return `${heading("Error numbers of system calls, the same on x86_64 and arm64, and what the C library says they mean.")}
export const ERRNO = {
${values.map(([macro, value]) => `  ${macro}: ${value},`).join("\n")}
} as const;

export type ErrnoName = keyof typeof ERRNO;

/** As strerror(3) says it. */
export const ERRNO_MEANING: Record<ErrnoName, string> = {
${values.map(([macro], index) => `  ${macro}: ${JSON.stringify(meanings[index])},`).join("\n")}
};

const names = new Map<number, ErrnoName>(Object.entries(ERRNO).map(([name, value]) => [value, name as ErrnoName]));

/** \`EEXIST\` for 17; undefined for a number this table does not know. */
export function errnoName(errno: number): ErrnoName | undefined {
  return names.get(errno);
}
`;
}

function syscallsFile() {
  const parts = Object.entries(arches).map(([arch, { prelude, skip }]) => {
    const names = macros(prelude)
      .map(([macro]) => macro)
      .filter((macro) => /^__NR(3264)?_[a-z]/.test(macro));
    const plain = names.filter((macro) => macro.startsWith("__NR_"));
    const values = [...evaluate(prelude, plain)].filter(([macro]) => !skip?.test(macro.slice("__NR_".length)));
    const lines = values
      .sort((a, b) => Number(a[1] - b[1]))
      .map(([macro, value]) => `    ${macro.slice("__NR_".length)}: ${value},`);
    return `  ${arch}: {\n${lines.join("\n")}\n  },`;
  });
  return `${heading("System call numbers by architecture, under the names man pages use. x86 and x32 are for seccomp filters only.")}
export const SYSCALL_NUMBERS = {
${parts.join("\n")}
} as const;
`;
}

function structsFile() {
  // One program a struct: some kernel headers cannot stand beside the C library's.
  const parts = structs.map(([type, header, fields, kind = "struct"]) => {
    const lines = fields
      .split(" ")
      .map((field) => `printf("${field} %zu %zu\\n", offsetof(T, ${field}), sizeof(((T *)0)->${field}));`);
    const [size, ...places] = run(`#define _GNU_SOURCE\n#include <${header}>\n#include <stddef.h>\n#include <stdio.h>
typedef ${kind} ${type} T;
int main(void) { printf("%zu\\n", sizeof(T)); ${lines.join(" ")} }`)
      .trimEnd()
      .split("\n");
    const entries = places
      .map((place) => place.split(" "))
      .map(([field, offset, bytes]) => `      ${field}: { offset: ${offset}, size: ${bytes} },`);
    return `  ${type}: {\n    size: ${size},\n    fields: {\n${entries.join("\n")}\n    },\n  },`;
  });
  return `${heading("Where the fields of the structs stand that system calls read, in bytes; the same on x86_64 and arm64.")}
export const STRUCTS = {
${parts.join("\n")}
} as const;
`;
}

/** @returns {[string, string][]} macro and body, in the order of the preprocessor, sorted by name */
function macros(prelude) {
  const source = path.join(scratch, "macros.c");
  writeFileSync(source, `#define _GNU_SOURCE\n${prelude}\n`);
  const text = execFileSync("cc", ["-E", "-dM", source], { encoding: "utf8", maxBuffer: 1 << 24 });
  return [...text.matchAll(/^#define (\w+) +(.+)$/gm)].map(([, macro, body]) => [macro, body]).sort();
}

/** @returns {Map<string, bigint>} the value of each name, by value then name, as the compiler computes it */
function evaluate(prelude, names) {
  const lines = names.map((name) => `printf("${name} %lld\\n", (long long)(${name}));`).join("\n");
  const text = run(`#define _GNU_SOURCE\n${prelude}\n#include <stdio.h>\nint main(void) {\n${lines}\n}`);
  return new Map(
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name, value]) => /** @type {[string, bigint]} */ ([name, BigInt(value)])),
  );
}

function run(program) {
  const source = path.join(scratch, "print.c");
  writeFileSync(source, program);
  execFileSync("cc", ["-w", "-o", path.join(scratch, "print"), source]);
  return execFileSync(path.join(scratch, "print"), { encoding: "utf8" });
}

function heading(about) {
  return `// Generated by scripts/kernel-abi.mjs from the kernel's and the C library's headers; edit that, not this.\n/** ${about} */`;
}

function write(files) {
  for (const [file, text] of files) writeFileSync(path.join(folder, file), text);
  execFileSync("npx", ["biome", "check", "--write", folder], { stdio: "inherit" });
  return 0;
}

/** Compares the `NAME: number` lines, so that formatting is no difference. */
function check(files) {
  let differences = 0;
  for (const [file, text] of files) {
    const ours = numbers(readFileSync(path.join(folder, file), "utf8"));
    const theirs = numbers(text);
    for (const [name, value] of ours) {
      if (!theirs.has(name)) console.log(`${file}: ${name} is not in this machine's headers`);
      else if (theirs.get(name) !== value) {
        console.log(`${file}: ${name} is ${value} here, and ${theirs.get(name)} in this machine's headers`);
        differences++;
      }
    }
    for (const name of theirs.keys()) if (!ours.has(name)) console.log(`${file}: ${name} is new in these headers`);
  }
  console.log(differences ? `${differences} constants differ` : "every constant agrees with this machine's headers");
  return differences ? 1 : 0;
}

/** @returns {Map<string, string>} every `name: value` line, nested names joined by dots */
function numbers(text) {
  const found = new Map();
  const inside = [];
  for (const line of text.replaceAll("{ offset", "{\noffset").split("\n")) {
    const open = line.match(/(\w+)(?:: | = ).*\{$/);
    const entry = line.match(/^\s*(\w+): (.+),$/);
    if (open) inside.push(open[1]);
    else if (/^\s*\}/.test(line)) inside.pop();
    else if (entry) found.set([...inside, entry[1]].join("."), entry[2]);
  }
  return found;
}
