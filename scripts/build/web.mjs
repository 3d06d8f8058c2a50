/**
 * The page: Next.js exports plain files, which the agent serves itself. Copied to `build/web` only when the export has
 * succeeded, so that a running agent never serves half a page.
 */
import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { runCommand } from "../setup/run-command.mjs";
import { whenChanged } from "../setup/stamps.mjs";

/**
 * Next.js lets only one build run in a directory. One that went on when we were killed would keep the next start out, so
 * the kernel ends it with us (man 2 PR_SET_PDEATHSIG).
 */
const ENDS_WITH_US = ["--pdeathsig", "TERM", "--"];

/** @param {import("../setup/progress.mjs").Say} say @returns {Promise<string>} */
export async function buildWeb(say) {
  const changed = await whenChanged(
    {
      name: "web",
      inputs: [inRoot("apps/web"), inRoot("packages/protocol"), inRoot("package-lock.json")],
      counts: isSource,
      outputs: [inBuild("web/index.html")],
    },
    async () => {
      say("exporting the page with Next.js");
      await runCommand("setpriv", [...ENDS_WITH_US, inRoot("node_modules/.bin/next"), "build"], {
        cwd: inRoot("apps/web"),
        log: "web",
        hint: "Mend apps/web",
        env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
        onLine: say,
      });
      rmSync(inBuild("web.new"), { recursive: true, force: true });
      rmSync(inBuild("web.old"), { recursive: true, force: true });
      cpSync(inRoot("apps/web/out"), inBuild("web.new"), { recursive: true });
      if (existsSync(inBuild("web"))) renameSync(inBuild("web"), inBuild("web.old"));
      renameSync(inBuild("web.new"), inBuild("web"));
      rmSync(inBuild("web.old"), { recursive: true, force: true });
    },
  );
  return changed ? "exported" : "up to date";
}

/** What Next.js and `monaco-assets.ts` write beside the sources follows from them. @param {string} file */
function isSource(file) {
  return !/\.test\.tsx?$|\.tsbuildinfo$|next-env\.d\.ts$|\/public\/vs\//.test(file);
}
