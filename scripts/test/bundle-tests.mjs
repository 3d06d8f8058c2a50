/**
 * Test files for the lab VM, as JavaScript with all of ours in it. Loading a hundred TypeScript files takes an emulated
 * machine a quarter of a minute for each process, and the loader's WebAssembly is what it now and then ran wrongly
 * (docs/decisions/0007).
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inBuild, root } from "../setup/paths.mjs";

/**
 * @param {string} name of the group, which gets a folder of its own
 * @param {string[]} files relative to the checkout
 * @returns {Promise<string[]>} what to run instead, relative to the checkout, in the same order
 */
export async function bundleTests(name, files) {
  const { build } = await import("esbuild");
  const folder = inBuild("test-bundles", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const bundled = files.map((file) => file.replaceAll("/", "-").replace(/\.\w+$/, ""));
  await build({
    absWorkingDir: root,
    entryPoints: files.map((file, index) => ({ in: file, out: bundled[index] ?? "" })),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20.9",
    sourcemap: true,
    plugins: [whereItWas, packagesOutside],
    logLevel: "warning",
  });
  return bundled.map((each) => path.relative(root, path.join(folder, `${each}.mjs`)));
}

/** What a file finds by its own place, it finds still. @type {import("esbuild").Plugin} */
const whereItWas = {
  name: "where it was",
  setup({ onLoad }) {
    onLoad({ filter: /\.(ts|mjs)$/ }, ({ path: file }) => ({
      contents: readFileSync(file, "utf8")
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href))
        .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file))),
      loader: file.endsWith(".ts") ? "ts" : "js",
    }));
  },
};

/** Other people's packages are loaded as ever; what is of this checkout is TypeScript. @type {import("esbuild").Plugin} */
const packagesOutside = {
  name: "packages outside",
  setup({ onResolve }) {
    onResolve({ filter: /^file:/ }, ({ path: wanted }) => ({ path: fileURLToPath(wanted) }));
    onResolve({ filter: /^[^./]/ }, ({ path: wanted, kind }) =>
      kind === "entry-point" || wanted.startsWith("@glassbox/") ? undefined : { path: wanted, external: true },
    );
  },
};
