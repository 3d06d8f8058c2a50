/**
 * Lessons never paste code. A line `::code{src="path/file.ts#name"}` is replaced by what the working tree says under
 * that name now: an exported function, constant or type with its doc comment, or a `// #region name`. A name that is
 * gone is a mistake with a line number, so renaming a function cannot leave a lesson behind.
 */
import { readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { GlassboxError } from "@glassbox/runtime/base";

export const CODE_QUOTE = /^::code\{src="([^"#]+)#([^"#]+)"\}$/;

/**
 * The quoted lines as a fenced block whose caption is the path.
 * @throws GlassboxError "not found" when the file or the name is not there
 */
export function quoteCode(repository: string, path: string, name: string): string {
  if (normalize(path).startsWith(".."))
    throw new GlassboxError("invalid argument", `"${path}" is outside the repository`);
  let source: string;
  try {
    source = readFileSync(join(repository, path), "utf8");
  } catch (cause) {
    throw new GlassboxError("not found", `Cannot quote from "${path}": there is no such file`, { cause });
  }
  const code = regionOf(source, name) ?? declarationOf(source, name);
  if (code === undefined) throw new GlassboxError("not found", `"${path}" exports no "${name}" and has no such region`);
  const language = path.endsWith(".c") || path.endsWith(".h") ? "c" : "ts";
  return `\`\`\`${language} caption="${path}"\n${code}\n\`\`\``;
}

function regionOf(source: string, name: string): string | undefined {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  if (start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => line.trim().startsWith("// #endregion"));
  return length === -1 ? undefined : lines.slice(start + 1, start + 1 + length).join("\n");
}

/**
 * Relies on the formatter: a declaration at the top level starts in column 0, and so does the line that ends it. The
 * doc comment before it belongs to it.
 */
function declarationOf(source: string, name: string): string | undefined {
  const lines = source.split("\n");
  const declares = new RegExp(`^export (?:async )?(?:function\\*?|const|class|interface|type) ${escaped(name)}\\b`);
  const start = lines.findIndex((line) => declares.test(line));
  if (start === -1) return undefined;
  let first = start;
  if (lines[start - 1]?.trim().endsWith("*/")) {
    first = start - 1;
    while (first > 0 && !lines[first]?.startsWith("/**")) first--;
  }
  let last = start;
  if (!/;\s*$/.test(lines[start] ?? "") && !/\{.*\}\s*$/.test(lines[start] ?? "")) {
    last = start + 1;
    while (last < lines.length - 1 && !/^[}\])]|^\S.*;$/.test(lines[last] ?? "")) last++;
    // A parameter list on several lines closes in column 0 too; the body's end comes after it.
    while (/\{\s*$/.test(lines[last] ?? "") && last < lines.length - 1) {
      last++;
      while (last < lines.length - 1 && !/^[}\])]/.test(lines[last] ?? "")) last++;
    }
  }
  return lines.slice(first, last + 1).join("\n");
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
