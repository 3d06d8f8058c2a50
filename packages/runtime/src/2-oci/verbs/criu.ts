/**
 * Finding criu, the program that freezes processes into files and thaws them out of them (criu.org), and asking it
 * whether it can do so on this kernel: it looks so deep into processes that a newer kernel may be beyond it.
 */
import { execFileSync } from "node:child_process";
import { GlassboxError } from "../../0-base/mod.ts";

/** Its check makes processes and namespaces to try things on. */
const CHECK_TIMEOUT_MS = 30_000;

/**
 * @param wish where it is, `--criu`; otherwise it is looked for in PATH
 * @throws GlassboxError not found without criu; not supported, in criu's own words, when it cannot work on this kernel
 */
export function requireCriu(verb: string, wish = "criu"): void {
  try {
    execFileSync(wish, ["check"], { stdio: ["ignore", "pipe", "pipe"], timeout: CHECK_TIMEOUT_MS });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      throw new GlassboxError("not found", `Cannot ${verb}: CRIU not found: there is no program "${wish}"`, {
        cause,
        hint: "Install the package criu, or say where it is: glassrun --criu PATH",
      });
    }
    const said = String((cause as { stderr?: unknown }).stderr ?? "").trim();
    throw new GlassboxError("not supported", `Cannot ${verb}: CRIU cannot run on this kernel: ${said || cause}`, {
      cause,
      hint: "See what it misses with: criu check; a newer criu may know this kernel",
    });
  }
}
