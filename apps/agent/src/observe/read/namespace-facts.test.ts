import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Kwatch } from "@glassbox/runtime/kernel";
import type { NamespaceFacts } from "../facts.ts";
import { readNamespaces } from "./namespace-facts.ts";

const MEMBER = "/proc/7/ns/uts";
const MOUNT = "/run/held";

/** A kwatch with an answer for each question it is expected to be asked; what it is not, is of something gone. */
function kwatchThatSays(answers: Record<string, string[]>): { kwatch: Kwatch; asked: string[] } {
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    const answer = answers[question];
    return answer ? Promise.resolve(answer) : Promise.reject(new Error(`${question}: ENOENT`));
  };
  return { kwatch: { ask } as unknown as Kwatch, asked };
}

const uts = { type: "uts", inode: 500, paths: [MEMBER, MOUNT] } as const;
const owned = ["ns uts 500 105 - -", "ns user 105 - - 0"];

async function read(
  answers: Record<string, string[]>,
  before: NamespaceFacts[] = [],
  askHostnames = false,
): Promise<{ found: NamespaceFacts | undefined; asked: string[] }> {
  const { kwatch, asked } = kwatchThatSays(answers);
  const known = new Map(before.map((facts) => [`ns:${facts.type}:${facts.inode}`, facts]));
  const facts = await readNamespaces(kwatch, [uts], known, askHostnames);
  return { found: facts.get("ns:uts:500"), asked };
}

describe("readNamespaces", () => {
  test("asks by another path when the process that led to a namespace has ended", async () => {
    const { found } = await read({ [`ns ${MOUNT}`]: owned, [`uts ${MOUNT}`]: ["uts kept"] });
    assert.deepEqual([found?.owner, found?.hostname], [105, "kept"]);
  });

  test("asks again at the next reading when nothing answered", async () => {
    const { found: nothing } = await read({});
    assert.ok(nothing);
    const { found } = await read({ [`ns ${MOUNT}`]: owned, [`uts ${MOUNT}`]: ["uts kept"] }, [nothing]);
    assert.deepEqual([found?.owner, found?.hostname], [105, "kept"]);
  });

  test("does not take the answer of the namespace its process went to in between", async () => {
    const { found } = await read({ [`ns ${MEMBER}`]: ["ns uts 501 999 - -"], [`ns ${MOUNT}`]: owned });
    assert.equal(found?.owner, 105);
  });

  test("asks for owner and parent once, and for the host name when one has changed", async () => {
    const before: NamespaceFacts = { type: "uts", inode: 500, told: true, owner: 105, hostname: "old" };
    const answers = { [`uts ${MEMBER}`]: ["uts new"] };
    assert.deepEqual(await read(answers, [before]), { found: before, asked: [] });
    const { found, asked } = await read(answers, [before], true);
    assert.deepEqual([found?.hostname, asked], ["new", [`uts ${MEMBER}`]]);
  });

  test("forgets a host name that changed to it does not know what", async () => {
    const before: NamespaceFacts = { type: "uts", inode: 500, told: true, owner: 105, hostname: "old" };
    const { found } = await read({}, [before], true);
    assert.equal(found?.hostname, undefined);
    const { found: later } = await read({ [`uts ${MOUNT}`]: ["uts new"] }, [found as NamespaceFacts]);
    assert.equal(later?.hostname, "new");
  });
});
