import assert from "node:assert/strict";
import { test } from "node:test";
import { GlassboxError } from "@glassbox/runtime/base";
import { startServer } from "./server.ts";
import { runAgent, TOKENS } from "./testing/running-agent.ts";

test("A request under another name is refused, with and without a session", async (t) => {
  const { ask, signIn, port } = await runAgent(t);
  const { cookie } = await signIn(TOKENS.learner);
  for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1:1"]) {
    for (const headers of [{ host }, { host, cookie }]) {
      const { status, text } = await ask("/api/labs", { headers });
      assert.deepEqual([status, JSON.parse(text).message], [421, `This machine is not "${host}"`]);
    }
  }
  const { status } = await ask(`/?token=${TOKENS.learner}`, { headers: { host: "evil.example" } });
  assert.equal(status, 421, "not even the right token helps");
});

test("A name given with --allow-host is ours too", async (t) => {
  const { ask } = await runAgent(t, { allowHosts: ["lab.local:8080"] });
  assert.equal((await ask("/", { headers: { host: "lab.local:8080" } })).status, 401);
  assert.equal((await ask("/", { headers: { host: "lab.local" } })).status, 421);
});

test("A change asked for by another site's page, or by no page, is refused in spite of the cookie", async (t) => {
  const { ask, signIn, host } = await runAgent(t);
  const { cookie } = await signIn(TOKENS.learner);
  for (const origin of ["http://evil.example", "null", `http://${host}.evil.example`, undefined]) {
    for (const method of ["POST", "PUT", "DELETE"]) {
      const headers = { cookie, ...(origin !== undefined && { origin }) };
      const { status } = await ask("/api/labs/lab-1/open", { method, headers });
      assert.equal(status, 403, `${method} from ${origin}`);
    }
  }
  const { status } = await ask("/api/labs/lab-1/open", {
    method: "POST",
    headers: { cookie, origin: `http://${host}` },
  });
  assert.equal(status, 200);
});

test("Without a session pages answer 401 with a page that says what to do, and the API with a problem", async (t) => {
  const { ask } = await runAgent(t);
  for (const target of ["/", "/explorer/", "/_next/static/app-1a2b.js", "/?token=wrong", "/?token="]) {
    const { status, headers, text } = await ask(target);
    assert.deepEqual([status, headers["content-type"]], [401, "text/html; charset=utf-8"], target);
    assert.match(text, /opens only with the address that Glassbox printed/);
  }
  const api = await ask("/api/labs", { headers: { cookie: "glassbox_1=x" } });
  assert.deepEqual(
    [api.status, JSON.parse(api.text)],
    [401, { message: "There is no session", hint: "Open the address that Glassbox printed" }],
  );
});

test("The token is traded for a cookie that no script can read, no other site can send, and that is not the token", async (t) => {
  const { ask, port } = await runAgent(t);
  const { status, headers } = await ask(`/?token=${TOKENS.learner}`);
  assert.deepEqual([status, headers.location], [303, "/"]);
  const [cookie] = headers["set-cookie"] ?? [];
  assert.match(cookie ?? "", new RegExp(`^glassbox_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`));
  assert.ok(!cookie?.includes(TOKENS.learner));
  const value = cookie?.split(";")[0] ?? "";
  assert.equal((await ask("/", { headers: { cookie: `other=1; ${value}` } })).text, "<p>the catalogue</p>");
  const forged = { cookie: `glassbox_${port}=${TOKENS.learner}` };
  assert.equal((await ask("/", { headers: forged })).status, 401);
});

test("A viewer may look and change nothing", async (t) => {
  const { signIn } = await runAgent(t);
  const viewer = await signIn(TOKENS.viewer);
  assert.equal((await viewer.ask("/api/labs")).status, 200);
  const answers = await Promise.all([
    viewer.post("/api/labs/lab-1/open", {}),
    viewer.post("/api/labs/lab-1/reset", {}),
    viewer.post("/api/labs/lab-1/steps/s/solution", {}),
    viewer.post("/api/terminals", { lab: "lab-1", name: "main", columns: 80, rows: 24 }),
    viewer.ask("/api/terminals/t1", { method: "DELETE" }),
    viewer.ask("/api/terminals/t1", { method: "PATCH" }),
    viewer.ask("/api/labs/lab-1/files?path=config.json", { method: "PUT" }),
  ]);
  assert.deepEqual(
    answers.map(({ status, text }) => [status, JSON.parse(text).message]),
    answers.map(() => [403, "A viewer may only look"]),
  );
});

test("A body longer than allowed is refused before it is read, told or not how long it is", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const long = JSON.stringify({ lab: "x".repeat(17 * 1024) });
  const headers = { "content-type": "application/json" };
  for (const how of [{ "content-length": `${long.length}` }, { "transfer-encoding": "chunked" }]) {
    const answer = await learner.ask("/api/terminals", { method: "POST", headers: { ...headers, ...how }, body: long });
    assert.deepEqual(
      [answer.status, JSON.parse(answer.text).message],
      [413, "Cannot read the request: its body is longer than 16384 bytes"],
    );
  }
});

const badBodies: Array<[title: string, type: string, body: string, status: number, message: RegExp]> = [
  ["not JSON by its type", "text/plain", "{}", 415, /Content-Type is not "application\/json"/],
  ["not JSON", "application/json", "{", 400, /its body is not JSON/],
  [
    "not what the schema says",
    "application/json",
    '{"lab":"lab-1","name":""}',
    400,
    /name: Too small.*; columns: Invalid/,
  ],
];
for (const [title, type, body, status, message] of badBodies) {
  test(`A body that is ${title} is refused with ${status}`, async (t) => {
    const { signIn } = await runAgent(t);
    const learner = await signIn(TOKENS.learner);
    const answer = await learner.ask("/api/terminals", { method: "POST", headers: { "content-type": type }, body });
    assert.equal(answer.status, status);
    assert.match(JSON.parse(answer.text).message, message);
  });
}

test("Too many requests are refused, and another session's are not counted with them", async (t) => {
  const { signIn } = await runAgent(t);
  const [busy, calm] = [await signIn(TOKENS.learner), await signIn(TOKENS.learner)];
  const statuses = new Map<number, number>();
  for (let sent = 0; sent < 1500; sent += 100) {
    for (const { status } of await Promise.all(Array.from({ length: 100 }, () => busy.ask("/api/labs")))) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }
  assert.deepEqual([...statuses.keys()].sort(), [200, 429]);
  assert.ok((statuses.get(200) ?? 0) >= 600, "the burst passes");
  assert.equal((await calm.ask("/api/labs")).status, 200);
});

test("No path leads out of the export", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const paths = [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/explorer/..%2f..%2fsecret.txt",
    "/_next/static/../../../secret.txt",
    "/..%5csecret.txt",
    "//etc/passwd",
    "/%00",
    "/etc/passwd",
  ];
  for (const path of paths) {
    const { status, text } = await learner.ask(path);
    assert.deepEqual([status, text], [404, "<p>nothing here</p>"], path);
  }
  assert.equal((await learner.ask("/%zz")).status, 400);
});

test("Static files have their types, and only names with a digest are kept for ever", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const facts = async (target: string) => {
    const { status, headers } = await learner.ask(target);
    return [status, headers["content-type"], headers["cache-control"], headers["x-content-type-options"]];
  };
  const html = "text/html; charset=utf-8";
  const js = "text/javascript; charset=utf-8";
  assert.deepEqual(await facts("/"), [200, html, "no-cache", "nosniff"]);
  assert.deepEqual(await facts("/explorer/"), [200, html, "no-cache", "nosniff"]);
  assert.deepEqual(await facts("/_next/static/app-1a2b.js"), [
    200,
    js,
    "public, max-age=31536000, immutable",
    "nosniff",
  ]);
  assert.deepEqual(await facts("/icon.svg"), [200, "image/svg+xml", "no-cache", "nosniff"]);
  const { headers } = await learner.ask("/explorer?node=a");
  assert.equal(headers.location, "/explorer/?node=a");
  const etag = (await learner.ask("/icon.svg")).headers.etag ?? "";
  assert.equal((await learner.ask("/icon.svg", { headers: { "if-none-match": etag } })).status, 304);
  const head = await learner.ask("/icon.svg", { method: "HEAD" });
  assert.deepEqual([head.status, head.headers["content-length"], head.text], [200, "6", ""]);
});

test("A page's policy allows its own inline scripts and no others", async (t) => {
  const { signIn, host } = await runAgent(t, { page: "<script>hello()</script>" });
  const learner = await signIn(TOKENS.learner);
  const { headers } = await learner.ask("/");
  const policy = String(headers["content-security-policy"]);
  assert.match(policy, /script-src 'self' 'sha256-mTytrf2QssaOZNGNRT1WCtMRd3ocH8LJxQQu5qMUanU=';/);
  assert.ok(policy.includes(`connect-src 'self' ws://${host} wss://${host};`));
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/);
});

test("The API tells problems by status, says no more than it should about bugs, and knows its routes", async (t) => {
  const { signIn } = await runAgent(t);
  const learner = await signIn(TOKENS.learner);
  const problem = async (target: string, method = "GET") => {
    const { status, text } = await learner.ask(target, { method });
    return [status, JSON.parse(text).message];
  };
  assert.deepEqual(await problem("/api/labs/nowhere/open", "POST"), [404, 'There is no lab "nowhere"']);
  assert.deepEqual(await problem("/api/machine"), [500, "Something inside Glassbox failed"]);
  assert.deepEqual(await problem("/api/nothing"), [404, 'There is nothing at "/api/nothing"']);
  assert.deepEqual(await problem("/api/labs/lab-1/files"), [400, '"path" is missing in the query']);
  assert.deepEqual(await problem("/api/terminals", "PUT"), [405, '"/api/terminals" takes GET or POST, not PUT']);
  const file = { path: "config.json", text: "{}", revision: "r1" };
  const headers = { "content-type": "application/json" };
  const put = (path: string) =>
    learner.ask(`/api/labs/lab-1/files?path=${path}`, { method: "PUT", headers, body: JSON.stringify(file) });
  assert.deepEqual(JSON.parse((await put("config.json")).text), { ...file, revision: "r2" });
  assert.equal((await put("other.json")).status, 400);
});

test("startServer says in one sentence that the port is taken", async (t) => {
  const { port, terminals, log } = await runAgent(t);
  const unused = { labs: {}, machine: {} } as never as Pick<Parameters<typeof startServer>[0], "labs" | "machine">;
  const graph = Object.assign(log, { refresh: async () => {}, claim: () => {} });
  const options = {
    host: "127.0.0.1",
    port,
    allowHosts: [],
    webDir: "/nowhere",
    tokens: TOKENS,
    terminals,
    graph,
    log() {},
  };
  await assert.rejects(startServer({ ...unused, ...options }), (error: GlassboxError) => {
    assert.ok(error instanceof GlassboxError);
    assert.deepEqual(
      [error.category, error.message],
      ["unavailable", `Cannot listen on 127.0.0.1:${port}: another program uses that port`],
    );
    return true;
  });
});
