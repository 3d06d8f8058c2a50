/** Reading a request's JSON: bounded in bytes before it is parsed, checked against its schema after. */
import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { HttpProblem } from "./problem.ts";

/**
 * @throws HttpProblem 413 when the body is longer than `maxBytes` (the rest is not read), 415 when it is not JSON by
 * its type, 400 when it is not JSON or not what `schema` says
 */
export async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>, maxBytes: number): Promise<T> {
  // A form on another site can post text/plain without asking first, but never application/json.
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new HttpProblem(415, `Cannot read the request: its Content-Type is not "application/json"`);
  }
  const result = schema.safeParse(parse(await readText(request, maxBytes)));
  if (result.success) return result.data;
  throw new HttpProblem(400, `Cannot use the request: ${issuesOf(result.error)}`);
}

/** What zod found, on one line: `columns: Too big: expected number to be <=1000; name: ...` */
export function issuesOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message))
    .join("; ");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "Cannot read the request: its body is not JSON");
  }
}

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLong = () => new HttpProblem(413, `Cannot read the request: its body is longer than ${maxBytes} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLong();
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLong();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
