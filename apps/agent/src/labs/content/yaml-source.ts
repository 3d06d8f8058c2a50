/**
 * YAML that remembers where it came from: a value checked by a zod schema, and for each thing wrong with it the line in
 * the file. Labs are written by hand, and "line 12" is worth more than a path into a tree.
 */
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import type { SourceProblem } from "./source-problem.ts";

export interface YamlSource<T> {
  value: T | undefined;
  problems: SourceProblem[];
  /** Line of the value at `path`, or of the nearest thing around it that exists. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** `firstLine` is the line of the file that `text` begins on: front matter starts on line 2. */
export function readYaml<T>(file: string, text: string, schema: z.ZodType<T>, firstLine = 1): YamlSource<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOfOffset = (offset: number) => lines.linePos(offset).line + firstLine - 1;
  const lineOf = (path: readonly PropertyKey[]) => lineOfOffset(offsetOf(document.contents, path));
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      line: lineOfOffset(error.pos[0]),
      message: `This is not YAML: ${error.message.split("\n")[0]}`,
    }));
    return { value: undefined, problems, lineOf };
  }
  const checked = schema.safeParse(document.toJS() ?? {});
  if (checked.success) return { value: checked.data, problems: [], lineOf };
  const problems = checked.error.issues.flatMap((issue): SourceProblem[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        file,
        line: lineOf([...issue.path, key]),
        message: `Unknown key "${key}"`,
      }));
    }
    const where = issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ` : "";
    return [{ file, line: lineOf(issue.path), message: `${where}${issue.message}` }];
  });
  return { value: undefined, problems, lineOf };
}

/** Walks as far along `path` as the document goes; a map's key counts as the place of its value. */
function offsetOf(root: unknown, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === part);
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}
