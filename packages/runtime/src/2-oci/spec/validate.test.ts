import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConfig, rootlessConfig } from "./default-config.ts";
import { configProblems, validateConfig } from "./validate.ts";

/** The default configuration with one thing changed. */
function changed(change: (config: Record<string, never>) => void): unknown {
  const config = JSON.parse(JSON.stringify(defaultConfig()));
  change(config);
  return config;
}

test("configProblems finds none in the configurations that spec writes", () => {
  assert.deepEqual(configProblems(defaultConfig()), []);
  assert.deepEqual(configProblems(rootlessConfig(1000, 1000)), []);
});

test("configProblems names the JSON pointer of each mistake", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the point is to put in what the types forbid
  type Loose = any;
  const cases: Array<{ change: (config: Loose) => void; pointer: string; message: RegExp }> = [
    { change: (c) => delete c.ociVersion, pointer: "/ociVersion", message: /is missing/ },
    { change: (c) => (c.ociVersion = "9.0.0"), pointer: "/ociVersion", message: /"9.0.0"/ },
    { change: (c) => delete c.root, pointer: "/root/path", message: /is missing/ },
    { change: (c) => (c.process.args = []), pointer: "/process/args", message: /name the program/ },
    { change: (c) => (c.process.cwd = "srv"), pointer: "/process/cwd", message: /absolute path, not "srv"/ },
    { change: (c) => (c.mounts[1].options = "ro"), pointer: "/mounts/1/options", message: /a list, not "ro"/ },
    { change: (c) => (c.linux.namespaces[2].type = "ipx"), pointer: "/linux/namespaces/2/type", message: /one of pid/ },
    { change: (c) => c.linux.namespaces.push({ type: "pid" }), pointer: "/linux/namespaces/6", message: /second time/ },
    { change: (c) => (c.linux.namespaces = []), pointer: "/mounts", message: /needs a mount namespace/ },
    { change: (c) => c.linux.namespaces.splice(3, 1), pointer: "/hostname", message: /needs a uts namespace/ },
    { change: (c) => c.linux.namespaces.push({ type: "user" }), pointer: "/linux/uidMappings", message: /has no ids/ },
    {
      change: (c) => (c.linux.sysctl = { "vm.swappiness": "1" }),
      pointer: "/linux/sysctl/vm.swappiness",
      message: /change the host/,
    },
    {
      change: (c) => (c.linux.sysctl = { "net/../kernel/panic": "1" }),
      pointer: "/linux/sysctl/net~1..~1kernel~1panic",
      message: /not the name/,
    },
    {
      change: (c) => (c.linux.resources.pids = { limit: "5" }),
      pointer: "/linux/resources/pids/limit",
      message: /whole number/,
    },
    {
      change: (c) => (c.linux.resources.devices[0].allow = 1),
      pointer: "/linux/resources/devices/0/allow",
      message: /true or false/,
    },
  ];
  for (const { change, pointer, message } of cases) {
    const problem = configProblems(changed(change)).find((found) => found.pointer === pointer);
    assert.match(problem?.message ?? `no problem at ${pointer}`, message);
  }
});

test("validateConfig throws every problem in one sentence with the file's name", () => {
  assert.throws(
    () => validateConfig({ ociVersion: 1, process: {} }, "b/config.json"),
    /Cannot use "b\/config.json": \/ociVersion must be a string, not 1; \/process\/cwd is missing/,
  );
});

test("validateConfig leaves out fields that are null, and takes no null for a value where any key may stand", () => {
  const hostname = { ...defaultConfig(), hostname: null };
  assert.ok(!("hostname" in validateConfig(hostname, "config.json")));
  const annotations = { ...defaultConfig(), annotations: { "org.example": null } };
  assert.throws(() => validateConfig(annotations, "config.json"), {
    message: /\/annotations\/org\.example must be a string/,
  });
});
