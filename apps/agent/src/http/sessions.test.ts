import assert from "node:assert/strict";
import { test } from "node:test";
import { randomTokens, type Session, Sessions } from "./sessions.ts";

const tokens = { viewer: "v-token", learner: "l-token", instructor: "i-token" };

function enter(sessions: Sessions, token = "l-token"): Session {
  return sessions.enter(token) ?? assert.fail(`token "${token}" was refused`);
}

test("Sessions.enter gives each token its role and anything else nothing", () => {
  const sessions = new Sessions(tokens);
  const roles = ["v-token", "l-token", "i-token", "", "l-toke", "l-token "].map((token) => sessions.enter(token)?.role);
  assert.deepEqual(roles, ["viewer", "learner", "instructor", undefined, undefined, undefined]);
});

test("Sessions.enter makes a session id that is not the token, and another one each time", () => {
  const sessions = new Sessions(tokens);
  const [first, second] = [enter(sessions), enter(sessions)];
  assert.equal(new Set([first.id, second.id, "l-token"]).size, 3);
  assert.deepEqual(sessions.find(first.id), first);
  assert.equal(sessions.find("l-token"), undefined);
});

test("Sessions.enter forgets the session unused longest beyond 256", () => {
  const sessions = new Sessions(tokens);
  const [first, second] = [enter(sessions), enter(sessions)];
  sessions.find(first.id);
  for (let made = 2; made < 257; made++) enter(sessions);
  assert.deepEqual([sessions.find(first.id), sessions.find(second.id)], [first, undefined]);
});

test("Sessions.redeemTicket works once", () => {
  const sessions = new Sessions(tokens);
  const session = enter(sessions);
  const ticket = sessions.issueTicket(session, { for: "terminal", terminal: "t1" });
  assert.deepEqual(sessions.redeemTicket(session, ticket), { for: "terminal", terminal: "t1" });
  assert.equal(sessions.redeemTicket(session, ticket), undefined);
});

test("Sessions.redeemTicket refuses a ticket after ten seconds", () => {
  let nowMs = 1000;
  const sessions = new Sessions(tokens, () => nowMs);
  const session = enter(sessions);
  const [used, late] = [sessions.issueTicket(session, { for: "live" }), sessions.issueTicket(session, { for: "live" })];
  nowMs += 9_999;
  assert.deepEqual(sessions.redeemTicket(session, used), { for: "live" });
  nowMs += 1;
  assert.equal(sessions.redeemTicket(session, late), undefined);
});

test("Sessions.redeemTicket refuses another session's ticket and uses it up", () => {
  const sessions = new Sessions(tokens);
  const [owner, other] = [enter(sessions), enter(sessions)];
  const ticket = sessions.issueTicket(owner, { for: "live" });
  assert.equal(sessions.redeemTicket(other, ticket), undefined);
  assert.equal(sessions.redeemTicket(owner, ticket), undefined);
});

test("Sessions.issueTicket keeps 64 tickets a session, the newest", () => {
  const sessions = new Sessions(tokens);
  const session = enter(sessions);
  const issued = Array.from({ length: 65 }, () => sessions.issueTicket(session, { for: "live" }));
  const good = issued.map((ticket) => sessions.redeemTicket(session, ticket) !== undefined);
  assert.deepEqual([good[0], good.slice(1).every(Boolean)], [false, true]);
});

test("randomTokens are all different and have 256 bits", () => {
  const all = [...Object.values(randomTokens()), ...Object.values(randomTokens())];
  assert.equal(new Set(all).size, 6);
  for (const token of all) assert.equal(Buffer.from(token, "base64url").length, 32);
});
