/**
 * What our pages may load and run: their own files and nothing else. Next's static export starts itself with inline
 * scripts; each is allowed by its digest, so that an injected one is not. Served with every HTML page.
 */
import { createHash } from "node:crypto";

/** Inline scripts of one page; those with `src` are files of ours and need no digest. */
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi;

/** The digests a page needs in `script-src`, as `'sha256-...'`. */
export function inlineScriptHashes(html: string): string[] {
  const hashes = [...html.matchAll(INLINE_SCRIPT)].map(
    ([, script]) =>
      `'sha256-${createHash("sha256")
        .update(script ?? "")
        .digest("base64")}'`,
  );
  return [...new Set(hashes)];
}

/** The header's value. `hostHeader` has passed `isOwnHost`; older Safari does not count ws: as 'self'. */
export function contentSecurityPolicy(scriptHashes: readonly string[], hostHeader: string): string {
  return [
    "default-src 'self'",
    ["script-src 'self'", ...scriptHashes].join(" "),
    "style-src 'self' 'unsafe-inline'", // xterm and Monaco set style attributes and add style elements
    "worker-src 'self' blob:", // Monaco starts its workers from blobs
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src 'self' ws://${hostHeader} wss://${hostHeader}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
