/**
 * Configuration as the operators' page gives it: engines under test are set up with the very text that a reader copies,
 * with this checkout where the page has its example path.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./places.ts";

const PAGE = "docs/operators.md";
/** Where the page has the checkout. */
const EXAMPLE_PATH = "/opt/glassbox";

/**
 * @param title what the fenced block is headed with, as the comment in its first line, or after the language where that
 *   has no comments: `/etc/containers/containers.conf`
 * @throws Error when the page has no such block
 */
export function snippet(title: string): string {
  const page = readFileSync(join(checkout, PAGE), "utf8");
  const blocks = [...page.matchAll(/^```\w* ?(.*)\n([\s\S]*?)^```$/gm)];
  const headed = blocks.find(([, heading, text = ""]) => heading === title || text.startsWith(`# ${title}\n`));
  const found = headed?.[2];
  if (found === undefined) throw new Error(`${PAGE} has no block that is headed "${title}"`);
  return found.replaceAll(EXAMPLE_PATH, checkout);
}
