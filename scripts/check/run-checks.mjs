/**
 * The checks, as a table, and how they run. Each is a program that ends with 0 when it found nothing.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { inRoot, root } from "../setup/paths.mjs";
import { seconds } from "../setup/progress.mjs";

const typescript = [process.execPath, "--import", "tsx"];

/** @type {{ name: string, command: string[], needs?: string }[]} `needs`: a file without which there is nothing to check */
const checks = [
  { name: "types", command: ["node_modules/.bin/tsc", "-p", ".", "--noEmit"] },
  { name: "types of the page", command: ["node_modules/.bin/tsc", "-p", "apps/web", "--noEmit"] },
  { name: "format and lint", command: ["node_modules/.bin/biome", "check", "--error-on-warnings", "."] },
  { name: "layers", command: [process.execPath, "scripts/check-layers.mjs"] },
  {
    name: "labs",
    command: [...typescript, "apps/agent/src/labs/lint-command.ts"],
    needs: "apps/agent/src/labs/lint-command.ts",
  },
  {
    name: "kernel numbers",
    command: [process.execPath, "scripts/kernel-abi.mjs", "--check"],
    needs: "scripts/kernel-abi.mjs",
  },
];

const AT_ONCE = 2;

/** @returns {Promise<{ name: string, good: boolean }[]>} in the order they ended */
export async function runChecks() {
  const waiting = checks.filter(({ needs }) => needs === undefined || existsSync(inRoot(needs)));
  /** @type {{ name: string, good: boolean }[]} */
  const results = [];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      results.push({ name: check.name, good: await run(check) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

/** @param {{ name: string, command: string[] }} check */
async function run({ name, command: [program = "", ...args] }) {
  const startedMs = Date.now();
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  child.stderr.on("data", (chunk) => {
    printed += chunk;
  });
  const code = await new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", resolve);
  });
  console.log(`${seconds(Date.now() - startedMs)}  ${name}: ${code === 0 ? "nothing found" : "FOUND"}`);
  if (code !== 0) console.log(`${printed.trimEnd()}\n`);
  return code === 0;
}
