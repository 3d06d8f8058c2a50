/** The container's names in its UTS namespace: `hostname` and `domainname`. */
import assert from "node:assert/strict";
import { hostname } from "node:os";
import { withoutNamespace } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Hostname"';

rule("hostname is what processes inside see", source, (box) => {
  const seen = box.output("hostname; uname -n", (configuration) => {
    configuration.hostname = "mrsdalloway";
  });
  assert.equal(seen, "mrsdalloway\nmrsdalloway\n");
});

rule("the machine keeps its own hostname", source, (box) => {
  const before = hostname();
  box.output("hostname");
  assert.equal(hostname(), before);
});

rule("a new UTS namespace without hostname keeps the name it was copied from", "man 7 uts_namespaces", (box) => {
  const seen = box.output("hostname", (configuration) => {
    delete configuration.hostname;
  });
  assert.equal(seen, `${hostname()}\n`);
});

rule("hostname without a UTS namespace is refused", `${source}: it would change the machine's own`, (box) => {
  box.rejects((configuration) => withoutNamespace(configuration, "uts"));
});

rule("a hostname longer than the kernel's 64 bytes is refused", "man 2 sethostname, EINVAL", (box) => {
  box.rejects((configuration) => {
    configuration.hostname = "h".repeat(65);
  });
});

rule("domainname is what processes inside see", 'config.md "Domainname"', (box) => {
  const seen = box.output("cat /proc/sys/kernel/domainname", (configuration) => {
    configuration.domainname = "example.test";
  });
  assert.equal(seen, "example.test\n");
});
