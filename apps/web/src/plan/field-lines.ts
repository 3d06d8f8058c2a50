/** Finds the lines of config.json's text that a JSON pointer means, so that a system call can point at its reason. */
import { findNodeAtLocation, parseTree } from "jsonc-parser";

/** Lines from 0, both included. */
export interface LineRange {
  first: number;
  last: number;
}

/** `/linux/namespaces/2` (RFC 6901) as a path. Numbers stay numbers: jsonc-parser tells arrays and objects apart by them. */
export function pointerPath(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/**
 * Lines of the value and its name. A field that is not written in the file has no lines; then its nearest written
 * parent's are given, since that is where a person would add it.
 */
export function linesOfField(text: string, pointer: string): LineRange | undefined {
  const root = parseTree(text);
  if (!root) return undefined;
  for (let path = pointerPath(pointer); path.length > 0; path = path.slice(0, -1)) {
    const node = findNodeAtLocation(root, path) ?? findNodeAtLocation(root, path.map(String));
    if (!node) continue;
    const whole = node.parent?.type === "property" ? node.parent : node;
    return { first: lineOf(text, whole.offset), last: lineOf(text, whole.offset + whole.length - 1) };
  }
  return undefined;
}

function lineOf(text: string, offset: number): number {
  let line = 0;
  for (let index = text.indexOf("\n"); index !== -1 && index < offset; index = text.indexOf("\n", index + 1)) line += 1;
  return line;
}
