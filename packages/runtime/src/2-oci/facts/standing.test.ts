import assert from "node:assert/strict";
import { test } from "node:test";
import type { Standing } from "../plan/planning.ts";
import { defaultRoot, isRootless, parseRootless } from "./standing.ts";

const root: Standing = { uid: 0, gid: 0, inUserNamespace: false, mayChooseGroups: true };
const somebody: Standing = { ...root, uid: 1000, gid: 1000 };
const inside: Standing = { ...root, inUserNamespace: true };

test("isRootless() goes by who runs it, unless the flag decides", () => {
  assert.deepEqual(
    [root, somebody, inside].map((standing) => isRootless(standing, undefined)),
    [false, true, true],
  );
  assert.deepEqual(
    [root, inside].flatMap((standing) => [true, false].map((flag) => isRootless(standing, flag))),
    [true, false, true, false],
  );
});

test("parseRootless() takes the words that runc takes, and no others", () => {
  assert.deepEqual(["true", "1", "T", "FALSE", "0"].map(parseRootless), [true, true, true, false, false]);
  assert.deepEqual([undefined, "", "auto", "Auto"].map(parseRootless), [undefined, undefined, undefined, undefined]);
  for (const flag of ["foo", "tRUE", "yes"]) assert.throws(() => parseRootless(flag), /invalid rootless/);
});

test("defaultRoot() is the user's own runtime directory for everyone but the machine's root", () => {
  const XDG_RUNTIME_DIR = "/run/user/1000";
  const cases: Array<[Standing, Record<string, string>, string]> = [
    [root, { XDG_RUNTIME_DIR }, "/run/glassrun"],
    [somebody, { XDG_RUNTIME_DIR }, "/run/user/1000/glassrun"],
    [somebody, { XDG_RUNTIME_DIR, USER: "root" }, "/run/user/1000/glassrun"],
    [somebody, {}, "/run/glassrun"],
    [inside, { XDG_RUNTIME_DIR, USER: "learner" }, "/run/user/1000/glassrun"],
    [inside, { XDG_RUNTIME_DIR, USER: "root" }, "/run/glassrun"],
  ];
  assert.deepEqual(
    cases.map(([standing, environment]) => defaultRoot(standing, environment)),
    cases.map(([, , expected]) => expected),
  );
});
