import assert from "node:assert/strict";
import { test } from "node:test";
import { contentSecurityPolicy, inlineScriptHashes } from "./content-security-policy.ts";

test("inlineScriptHashes finds each inline script once, and none with a src", () => {
  const html = `<head><script src="/_next/static/a.js" async=""></script><script>hello()</script></head>
    <body><script id="data" type="application/json">{}</script><script>hello()</script></body>`;
  // printf 'hello()' | openssl dgst -sha256 -binary | base64
  assert.deepEqual(inlineScriptHashes(html), [
    "'sha256-mTytrf2QssaOZNGNRT1WCtMRd3ocH8LJxQQu5qMUanU='",
    "'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o='",
  ]);
});

test("contentSecurityPolicy allows no inline script but those with a digest", () => {
  assert.match(contentSecurityPolicy(["'sha256-x'"], "localhost:4100"), /; script-src 'self' 'sha256-x'; /);
  assert.doesNotMatch(contentSecurityPolicy([], "localhost:4100"), /script-src[^;]*unsafe/);
});
