import assert from "node:assert/strict";
import { test } from "node:test";
import { GlassboxError } from "@glassbox/runtime/base";
import { type AgentOptions, readOptions } from "./options.ts";

const defaults: AgentOptions = {
  port: 4321,
  host: "127.0.0.1",
  allowHosts: [],
  place: "here",
  tokenFile: undefined,
  readyFd: undefined,
  webDir: "/checkout/build/web",
  dataDir: "/var/lib/glassbox",
  runDir: "/run/glassbox",
};

const good: Array<[args: string, changed: Partial<AgentOptions> | "help"]> = [
  ["", {}],
  ["--port 0 --ready-fd 3 --place vm", { port: 0, readyFd: 3, place: "vm" }],
  ["--allow-host a --allow-host b:80", { allowHosts: ["a", "b:80"] }],
  [
    "--web-dir /w --data-dir /d --run-dir /r --token-file /t",
    { webDir: "/w", dataDir: "/d", runDir: "/r", tokenFile: "/t" },
  ],
  ["--port 1 -h", "help"],
];
for (const [args, changed] of good) {
  test(`readOptions reads "${args}"`, () => {
    const options = readOptions(args.split(" ").filter(Boolean), "/checkout");
    assert.deepEqual(options, changed === "help" ? "help" : { ...defaults, ...changed });
  });
}

const bad: Array<[args: string, message: RegExp]> = [
  ["--port 65536", /^Cannot use --port "65536": it takes a number from 0 to 65535$/],
  ["--port 4e3", /^Cannot use --port "4e3"/],
  ["--ready-fd x", /^Cannot use --ready-fd "x"/],
  ["--place there", /^Cannot use --place "there": it takes "here" or "vm"$/],
  ["--prot 1", /'--prot'/],
  ["extra", /'extra'/],
];
for (const [args, message] of bad) {
  test(`readOptions refuses "${args}"`, () => {
    assert.throws(
      () => readOptions(args.split(" "), "/checkout"),
      (error: unknown) => error instanceof GlassboxError && message.test(error.message),
    );
  });
}
