/**
 * The web app's static export, served from the list of files found at start. A path that is not on the list does not
 * exist, so there is no path to resolve and none to escape from. Pages are kept in memory with their policy; the rest is
 * streamed from disk.
 */
import { createReadStream, type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream";
import { contentSecurityPolicy, inlineScriptHashes } from "./content-security-policy.ts";
import { notBuiltPage, notFoundPage } from "./plain-pages.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8", // Next's data for a page, read by its router
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** Next puts a digest of the content in the names below here, so they never change. */
const IMMUTABLE = "/_next/static/";

interface StaticFile {
  file: string;
  bytes: number;
  etag: string;
}

interface Page {
  html: Buffer;
  scriptHashes: string[];
}

export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();
  readonly #pages = new Map<string, Page>();

  /** Lists `webDir` once; a directory that is not there makes every page say that the web app is not built. */
  constructor(webDir: string) {
    if (!existsSync(webDir)) return;
    for (const entry of readdirSync(webDir, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) this.#add(webDir, entry); // no symlinks: the export has none
    }
  }

  /** Answers a GET or HEAD for `pathname` (decoded, without query), 404 page included. */
  serve(request: IncomingMessage, response: ServerResponse, pathname: string): void {
    const page = this.#pages.get(pathname) ?? this.#pages.get(`${pathname}.html`);
    const file = this.#files.get(pathname);
    if (page) this.#sendPage(request, response, 200, page);
    else if (file) sendFile(request, response, pathname, file);
    else this.#sendElsewhere(request, response, pathname);
  }

  #sendElsewhere(request: IncomingMessage, response: ServerResponse, pathname: string): void {
    if (!pathname.endsWith("/") && this.#pages.has(`${pathname}/`)) {
      const query = request.url?.includes("?") ? request.url.slice(request.url.indexOf("?")) : "";
      response.writeHead(308, { Location: encodeURI(`${pathname}/`) + query }).end();
      return;
    }
    const status = this.#pages.size > 0 ? 404 : 503;
    this.#sendPage(request, response, status, this.#pages.get("/404.html") ?? plainPage(status));
  }

  #add(webDir: string, entry: Dirent): void {
    const file = path.join(entry.parentPath, entry.name);
    const pathname = `/${path.relative(webDir, file).split(path.sep).join("/")}`;
    if (entry.name.endsWith(".html")) {
      const html = readFileSync(file);
      const page = { html, scriptHashes: inlineScriptHashes(html.toString("utf8")) };
      this.#pages.set(pathname, page);
      if (entry.name === "index.html") this.#pages.set(pathname.slice(0, -"index.html".length), page);
      return;
    }
    const { size, mtimeMs } = statSync(file);
    this.#files.set(pathname, {
      file,
      bytes: size,
      etag: `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`,
    });
  }

  #sendPage(request: IncomingMessage, response: ServerResponse, status: number, page: Page): void {
    response.writeHead(status, {
      "Content-Type": TYPES[".html"],
      "Content-Length": page.html.length,
      "Cache-Control": "no-cache",
      "Content-Security-Policy": contentSecurityPolicy(page.scriptHashes, request.headers.host ?? ""),
    });
    response.end(request.method === "HEAD" ? undefined : page.html);
  }
}

function plainPage(status: number): Page {
  return { html: Buffer.from(status === 404 ? notFoundPage : notBuiltPage), scriptHashes: [] };
}

function sendFile(request: IncomingMessage, response: ServerResponse, pathname: string, file: StaticFile): void {
  const caching = pathname.startsWith(IMMUTABLE) ? "public, max-age=31536000, immutable" : "no-cache";
  const headers = { "Cache-Control": caching, ETag: file.etag };
  if (request.headers["if-none-match"] === file.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const type = TYPES[path.extname(pathname).toLowerCase()] ?? "application/octet-stream";
  response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": file.bytes });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  // A file rebuilt under our feet ends the response early; the browser sees a short one and reports it.
  pipeline(createReadStream(file.file, { end: Math.max(0, file.bytes - 1) }), response, () => response.destroy());
}
