/**
 * The TypeScript programs, each as one file that Node or Bun starts without reading a hundred others: a container
 * runtime is started several times per container, so its start-up time is part of every container's.
 */
import { execFileSync } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { whenChanged } from "../setup/stamps.mjs";

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
  for (const bundle of bundles) {
    const entry = inRoot(bundle.entry);
    if (!existsSync(entry)) continue;
    const changed = await whenChanged(
      {
        name: `bundle-${bundle.name}`,
        inputs: [
          inRoot("packages"),
          inRoot("apps/agent"),
          inRoot("package-lock.json"),
          inRoot("scripts/build/bundles.mjs"),
        ],
        counts: (file) => /\.(ts|json)$/.test(file) && !file.endsWith(".test.ts"),
        facts: process.versions.node,
        outputs: [inBuild(`${bundle.name}.mjs`), ...(bundle.compiled ? [inBuild(bundle.compiled)] : [])],
      },
      async () => {
        say(`bundling ${bundle.name}`);
        await writeBundle(bundle.name, entry);
        if (bundle.compiled) compileForBun(bundle.name, bundle.compiled);
      },
    );
    if (changed) made.push(bundle.name);
  }
  return made.length > 0 ? `bundled ${made.join(", ")}` : "up to date";
}

/** @param {string} name @param {string} entry */
async function writeBundle(name, entry) {
  // Imported late: before `npm ci` has run there is no esbuild, and the rest of the build does not need it.
  const esbuild = await import("esbuild");
  const output = inBuild(`${name}.mjs`);
  try {
    await esbuild.build({
      entryPoints: [entry],
      outfile: `${output}.new`,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20.9",
      external,
      banner: name === "glassrun" ? {} : { js: requireForCommonJs },
      logLevel: "silent",
    });
  } catch (thrown) {
    throw new Refusal(`Cannot bundle ${name}: ${thrown instanceof Error ? thrown.message : thrown}`, `Mend the code`, {
      cause: thrown,
    });
  }
  renameSync(`${output}.new`, output);
}

/**
 * Beside the bundle, an executable: Bun with the bundle in it as bytecode. Nothing is looked for, parsed or compiled at
 * start, which halves it. Without Bun there is nothing to do, since then Node runs the bundle itself.
 * @param {string} name @param {string} compiled
 */
function compileForBun(name, compiled) {
  const bun = inRoot("node_modules/bun/bin/bun.exe");
  if (!existsSync(bun)) return;
  const output = inBuild(compiled);
  // A root's program takes no settings from files in whatever directory it is started in.
  const isolated = ["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"];
  const args = ["build", "--compile", "--bytecode", "--format=cjs", "--minify", ...isolated];
  execFileSync(bun, [...args, inBuild(`${name}.mjs`), `--outfile=${output}.new`], { stdio: "ignore" });
  renameSync(`${output}.new`, output);
}
