import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { quoteCode } from "./code-quote.ts";

const dir = mkdtempSync(join(tmpdir(), "code-quote-"));
after(() => rmSync(dir, { recursive: true }));
writeFileSync(
  join(dir, "x.ts"),
  `import a from "a";

/** One line. */
export function short(): number {
  return 1;
}

/**
 * Several lines.
 */
export async function long(
  first: string,
): Promise<void> {
  await first;
}

export const TABLE = {
  a: 1,
};

export type Kind = "a" | "b";

// #region inner
const hidden = 1;
// #endregion
`,
);

test("quoteCode quotes a declaration by name with its doc comment", () => {
  const cases: Record<string, string> = {
    short: "/** One line. */\nexport function short(): number {\n  return 1;\n}",
    long: "/**\n * Several lines.\n */\nexport async function long(\n  first: string,\n): Promise<void> {\n  await first;\n}",
    TABLE: "export const TABLE = {\n  a: 1,\n};",
    Kind: 'export type Kind = "a" | "b";',
    inner: "const hidden = 1;",
  };
  for (const [name, code] of Object.entries(cases)) {
    assert.equal(quoteCode(dir, "x.ts", name), `\`\`\`ts caption="x.ts"\n${code}\n\`\`\``);
  }
});

test("quoteCode refuses a name or a file that is not there", () => {
  assert.throws(() => quoteCode(dir, "x.ts", "hidden"), { category: "not found" });
  assert.throws(() => quoteCode(dir, "y.ts", "short"), { category: "not found" });
  assert.throws(() => quoteCode(dir, "../x.ts", "short"), { category: "invalid argument" });
});
