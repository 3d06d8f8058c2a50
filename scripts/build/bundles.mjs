/**
 * The TypeScript programs, each as one file that Node or Bun starts without reading a hundred others: a container
 * runtime is started several times per container, so its start-up time is part of every container's.
 */
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { whenChanged } from "../setup/stamps.mjs";
import { straightImports } from "./straight-imports.mjs";

const bundles = [
  { name: "glassrun", entry: "packages/runtime/src/2-oci/main.ts", compiled: "glassrun" },
  { name: "glassboxd", entry: "apps/agent/src/main.ts" },
  { name: "glassbox", entry: "apps/agent/src/glassbox-command.ts" },
];

/** Packages with native parts stay in node_modules and are found from there. */
const external = ["node-pty", "bun"];

/** CommonJS packages (ws, yaml) inside an ES module still call `require` for Node's own modules. */
const requireForCommonJs = `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`;

/** @param {import("../setup/progress.mjs").Say} say @returns {Promise<string>} */
export async function buildBundles(say) {
  const made = [];
  for (const { name, entry: source, compiled } of bundles) {
    const entry = inRoot(source);
    if (!existsSync(entry)) continue;
    const changed = await whenChanged(
      {
        name: `bundle-${name}`,
        inputs: [
          inRoot("packages"),
          inRoot("apps/agent"),
          inRoot("package-lock.json"),
          inRoot("scripts/build/bundles.mjs"),
          inRoot("scripts/build/straight-imports.mjs"),
        ],
        counts: (file) => /\.(ts|mjs|json)$/.test(file) && !file.endsWith(".test.ts"),
        facts: process.versions.node,
        outputs: [inBuild(`${name}.mjs`), ...(compiled ? [inBuild(compiled)] : [])],
      },
      async () => {
        say(`bundling ${name}`);
        await writeBundle(name, entry);
        if (compiled) await compileForBun(name, entry, compiled);
      },
    );
    if (changed) made.push(name);
  }
  return made.length > 0 ? `bundled ${made.join(", ")}` : "up to date";
}

/** @param {string} name @param {string} entry */
async function writeBundle(name, entry) {
  const output = inBuild(`${name}.mjs`);
  await bundle(name, {
    entryPoints: [entry],
    outfile: `${output}.new`,
    banner: name === "glassrun" ? {} : { js: requireForCommonJs },
  });
  renameSync(`${output}.new`, output);
}

/** @param {string} name @param {import("esbuild").BuildOptions} options */
async function bundle(name, options) {
  // Imported late: before `npm ci` has run there is no esbuild, and the rest of the build does not need it.
  const esbuild = await import("esbuild");
  const everywhere = { bundle: true, platform: "node", format: "esm", target: "node20.9", external };
  try {
    await esbuild.build({ .../** @type {const} */ (everywhere), ...options, logLevel: "silent" });
  } catch (thrown) {
    throw new Refusal(`Cannot bundle ${name}: ${thrown instanceof Error ? thrown.message : thrown}`, `Mend the code`, {
      cause: thrown,
    });
  }
}

/**
 * Beside the bundle, an executable: Bun with the program in it as bytecode. Nothing is looked for, parsed or compiled at
 * start, which halves it. In there the program is in parts, one for each command and some that they share, so that
 * `state` loads a twentieth of what `run` does. Without Bun there is nothing to do, since then Node runs the bundle.
 * @param {string} name @param {string} entry @param {string} compiled
 */
async function compileForBun(name, entry, compiled) {
  const bun = inRoot("node_modules/bun/bin/bun.exe");
  if (!existsSync(bun)) return;
  const output = inBuild(compiled);
  const parts = `${output}.parts`;
  // A root's program takes no settings from files in whatever directory it is started in.
  const isolated = ["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"];
  const args = ["build", "--compile", "--bytecode", "--format=esm", "--splitting", "--minify", ...isolated];
  try {
    const split = { splitting: true, outdir: parts, outExtension: { ".js": ".mjs" } };
    await bundle(name, { entryPoints: { [name]: entry }, ...split, plugins: [straightImports(inRoot("packages"))] });
    execFileSync(bun, [...args, path.join(parts, `${name}.mjs`), `--outfile=${output}.new`], { stdio: "ignore" });
    renameSync(`${output}.new`, output);
  } finally {
    rmSync(parts, { recursive: true, force: true });
  }
}
