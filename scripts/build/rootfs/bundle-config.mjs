/**
 * The `config.json` beside the unpacked root file system: what `glassrun spec` writes, with a shell that works on the
 * caller's own terminal in a root it may write to. Labs copy the bundle and change what they teach.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * @param {string} bundle directory that gets a `config.json`
 * @param {string} glassrun the bundled program
 */
export function writeBundleConfig(bundle, glassrun) {
  execFileSync(process.execPath, [glassrun, "spec", "--bundle", bundle]);
  const file = path.join(bundle, "config.json");
  const spec = JSON.parse(readFileSync(file, "utf8"));
  const config = {
    ...spec,
    process: {
      ...spec.process,
      terminal: false,
      args: ["/bin/sh"],
      env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm-256color"],
    },
    root: { ...spec.root, readonly: false },
    hostname: "glassbox",
  };
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
}
