/**
 * Puts Monaco's own built files under `public/vs`, so that the editor comes from our origin and works without a network.
 * Next's export copies `public/` as it is. `next.config.ts` calls this on every build; `src/files/` loads the result.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Language services for TypeScript, CSS and HTML, and translations: 15 of 25 MB, and no lab has such files. Their short
 * namesakes beside `loader.js` stay: the editor's main module loads them first, and does not start without.
 */
const LEFT_OUT = /\/assets\/(ts|css|html)\.worker-|\/typescript$|\/lang$/;

/** Copies once per Monaco version and choice of files; a stamp file tells which are there. */
export function copyMonaco(webDir: string): void {
  const manifest = findManifest(webDir);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const wanted = `${version} without ${LEFT_OUT.source}`;
  const target = join(webDir, "public", "vs");
  const stamp = join(target, "version.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  cpSync(join(dirname(manifest), "min", "vs"), target, {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(source),
  });
  writeFileSync(stamp, wanted);
}

/** Monaco's exports hide its package.json from `require.resolve`, so node_modules is searched upwards as Node does. */
function findManifest(directory: string): string {
  const manifest = join(directory, "node_modules", "monaco-editor", "package.json");
  if (existsSync(manifest)) return manifest;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('Cannot find "monaco-editor" in any node_modules: run npm ci');
  return findManifest(parent);
}
