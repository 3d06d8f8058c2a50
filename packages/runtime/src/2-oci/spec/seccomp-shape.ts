/** `linux.seccomp` of config.json: its shape, and what its fields must be to each other (config-linux.md, "Seccomp"). */
import {
  isSeccompArchitecture,
  SECCOMP_ACTIONS,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
  type SeccompProfile,
} from "../../1-kernel/mod.ts";
import { int64, integer, list, object, oneOf, type Problem, type Shape, string, uint32 } from "./shape.ts";

const action = oneOf(SECCOMP_ACTIONS);

const architecture: Shape = (value, pointer) =>
  typeof value === "string" && isSeccompArchitecture(value)
    ? []
    : [{ pointer, message: `must be an architecture like SCMP_ARCH_X86_64, not ${JSON.stringify(value)}` }];

export const SECCOMP_SHAPE: Shape = object({
  defaultAction: action,
  "defaultErrnoRet?": uint32,
  "architectures?": list(architecture),
  "flags?": list(oneOf(SECCOMP_FLAGS)),
  "listenerPath?": string,
  "listenerMetadata?": string,
  "syscalls?": list(
    object({
      names: list(string),
      action,
      "errnoRet?": uint32,
      "args?": list(object({ index: integer(0, 5), value: int64, "valueTwo?": int64, op: oneOf(SECCOMP_OPERATORS) })),
    }),
  ),
});

/** `sun_path` less its NUL (man 7 unix). */
const SOCKET_PATH_BYTES = 107;

/** What a profile that waits for an agent's answers needs; nothing for one that does not. */
export function seccompProblems(profile: SeccompProfile | undefined): Problem[] {
  if (!profile) return [];
  const { defaultAction, listenerPath = "", listenerMetadata, syscalls } = profile;
  const problems: Problem[] = [];
  const say = (field: string, message: string) => void problems.push({ pointer: `/linux/seccomp/${field}`, message });
  if (defaultAction === "SCMP_ACT_NOTIFY")
    say("defaultAction", "SCMP_ACT_NOTIFY cannot be used as default action: nobody could answer the first call");
  if (listenerMetadata && !listenerPath) say("listenerMetadata", "must not be set without listenerPath");
  const notified = (syscalls ?? []).flatMap((rule, index) =>
    rule.action === "SCMP_ACT_NOTIFY" ? [{ rule, index }] : [],
  );
  for (const { rule, index } of notified) {
    if (rule.names.includes("write")) {
      const message = "SCMP_ACT_NOTIFY cannot be used for the write syscall: the runtime is told of the filter with it";
      say(`syscalls/${index}/names`, message);
    }
  }
  if (notified.length > 0 && !listenerPath.startsWith("/"))
    say("listenerPath", "must be the absolute path of an agent's socket, because a rule has SCMP_ACT_NOTIFY");
  if (notified.length > 0 && Buffer.byteLength(listenerPath) > SOCKET_PATH_BYTES)
    say("listenerPath", `must have at most ${SOCKET_PATH_BYTES} bytes, as all paths of sockets`);
  if (notified.length > 0 && listenerPath.includes("\0")) say("listenerPath", "must not contain NUL");
  return problems;
}
