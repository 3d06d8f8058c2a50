/**
 * docs/life-of-a-container.md states facts, and the tables with them come out of the code. `UPDATE_GOLDEN=1` writes them
 * anew; the text around them is a person's.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Op } from "../1-kernel/mod.ts";
import { planContainer } from "./plan/container.ts";
import { unified } from "./plan/golden-machines.ts";
import { defaultConfig } from "./spec/default-config.ts";
import { HOOKS_FIFO, KNOWN_FIFO, MAPS_FIFO, START_FIFO } from "./state/container-state.ts";
import { OPERATIONS, type Operation, STATUSES } from "./state/operations.ts";
import { HOOK_PLACE } from "./verbs/hooks.ts";

const page = new URL("../../../../docs/life-of-a-container.md", import.meta.url);

/** The text between `<!-- NAME -->` and the next `<!-- end -->`. */
function documented(name: string, expected: string): void {
  const text = readFileSync(page, "utf8");
  const found = new RegExp(`(<!-- ${name} .*-->\n\n)([\\s\\S]*?)(\n<!-- end -->)`).exec(text);
  assert.ok(found, `docs/life-of-a-container.md has no part "${name}"`);
  if (process.env.UPDATE_GOLDEN) {
    writeFileSync(page, text.replace(found[0], `${found[1]}${expected}${found[3]}`));
    return;
  }
  assert.equal(found[2], expected);
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

test("docs/life-of-a-container.md shows which command may be asked for in which state", () => {
  const rows = Object.entries(OPERATIONS).map(([verb, operation]: [string, Operation]) => {
    const mark = (status: (typeof STATUSES)[number]) => {
      if (operation.in.includes(status)) return "yes";
      return operation.flag?.in.includes(status) ? `with \`--${operation.flag.name}\`` : "";
    };
    return [`\`${verb}\``, ...STATUSES.map(mark)];
  });
  documented("operations", table(["", ...STATUSES], rows));
});

test("docs/life-of-a-container.md shows who waits for whom while a container is created", () => {
  const config = defaultConfig();
  const { plan } = planContainer({
    id: "web",
    config: { ...config, process: { cwd: "/", args: ["/bin/sh"] }, hooks: { createRuntime: [{ path: "/bin/true" }] } },
    bundle: "/srv/web",
    facts: unified,
    mode: "create",
    startFifo: `/run/glassrun/web/${START_FIFO}`,
    hooksFifo: `/run/glassrun/web/${HOOKS_FIFO}`,
  });
  const rows = plan.programs.flatMap(({ name, ops }) =>
    ops.filter(isMeeting).map((op) => [name, meeting(op), op.why.replaceAll("|", "\\|")]),
  );
  documented("meetings", table(["program", "call", "why"], rows));
});

test("docs/life-of-a-container.md shows where each kind of hook runs", () => {
  documented(
    "hooks",
    table(
      ["hook", "in the namespaces of"],
      Object.entries(HOOK_PLACE).map(([kind, place]) => [`\`${kind}\``, `the ${place}`]),
    ),
  );
});

test("docs/life-of-a-container.md names every FIFO of the state directory", () => {
  const text = readFileSync(page, "utf8");
  assert.deepEqual(
    [START_FIFO, KNOWN_FIFO, HOOKS_FIFO, MAPS_FIFO].filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});

const PIPES = /^(go|ready|hooks|start|maps)_/;

function isMeeting(op: Op): boolean {
  if (["clone3", "tell", "execve", "pipe2"].includes(op.call)) return true;
  return (op.call === "read" || op.call === "write") && PIPES.test(endOf(op));
}

function meeting(op: Op): string {
  if (op.call === "pipe2") return "`pipe2`";
  const end = endOf(op);
  return end === "" ? `\`${op.call}\`` : `\`${op.call}\` ${end.replace(/_.*/, "")}`;
}

/** Which pipe or FIFO a call is about: the name of the result its first argument is. */
function endOf({ call, args: [first] }: Op): string {
  return (call === "read" || call === "write") && first?.kind === "result" ? first.of : "";
}
