/** config.json as a whole: version, unknown properties, invalid values. */
import assert from "node:assert/strict";
import { idle } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);

for (const version of ["1.0.0", "1.0.2", "1.0.2-dev"]) {
  rule(`ociVersion ${version} is taken`, 'config.md "Specification version"', (box) => {
    assert.equal(
      box.output("echo ran", (configuration) => {
        configuration.ociVersion = version;
      }),
      "ran\n",
    );
  });
}

rule("state says the ociVersion of the configuration", 'runtime.md "State", ociVersion', (box) => {
  box.launch(idle, (configuration) => {
    configuration.ociVersion = "1.0.0";
  });
  assert.match(box.state().ociVersion, /^1\.0/);
});

rule(
  "an unknown property is ignored at the top, in process and in linux",
  'config.md "Extensibility": "MUST ignore unknown properties"',
  (box) => {
    const seen = box.output("echo ran", (configuration) => {
      configuration["com.example.unknown"] = { deep: [1, 2, 3] };
      configuration.process.unknown = true;
      configuration.linux.unknown = "x";
      configuration.linux.resources.unknown = { limit: 1 };
    });
    assert.equal(seen, "ran\n");
  },
);

rule("properties of other platforms are ignored", 'config.md "Platform-specific configuration"', (box) => {
  const seen = box.output("echo ran", (configuration) => {
    configuration.windows = { layerFolders: ["C:\\x"] };
    configuration.solaris = { milestone: "x" };
  });
  assert.equal(seen, "ran\n");
});

rule("an unknown annotation is no error", 'config.md "Annotations": "MUST NOT generate an error"', (box) => {
  const seen = box.output("echo ran", (configuration) => {
    configuration.annotations = { "com.example.unknown": "value", "org.example.empty": "" };
  });
  assert.equal(seen, "ran\n");
});

rule(
  "a configuration without process is refused by run",
  'config.md "Process": "REQUIRED when start is called"',
  (box) => {
    box.configure("true", (configuration) => {
      delete (configuration as { process?: unknown }).process;
    });
    box.refused(["run", box.id]);
    // The container may exist: create alone does not need a process.
  },
);

rule("a minimal configuration runs", "config.md: everything but ociVersion, root and process is OPTIONAL", (box) => {
  const seen = box.output("echo ran", (configuration) => {
    const { ociVersion, root } = configuration;
    const process = { user: { uid: 0, gid: 0 }, args: configuration.process.args, cwd: "/", env: ["PATH=/bin"] };
    for (const key of Object.keys(configuration)) delete configuration[key];
    Object.assign(configuration, {
      ociVersion,
      root,
      process,
      linux: { namespaces: [{ type: "mount" }, { type: "pid" }] },
    });
  });
  assert.equal(seen, "ran\n");
});

const invalid: Array<[string, (configuration: Record<string, unknown>) => void]> = [
  ["ociVersion missing", (configuration) => void delete configuration.ociVersion],
  ["mounts that is an object", (configuration) => Object.assign(configuration, { mounts: {} })],
  ["hostname that is a number", (configuration) => Object.assign(configuration, { hostname: 7 })],
  ["linux that is a list", (configuration) => Object.assign(configuration, { linux: [] })],
  ["annotations with a number", (configuration) => Object.assign(configuration, { annotations: { a: 1 } })],
];

for (const [what, change] of invalid) {
  rule(
    `${what} is refused`,
    'config.md "Valid values": "MUST generate an error when invalid ... values are encountered"',
    (box) => {
      box.rejects((configuration) => change(configuration));
    },
  );
}
