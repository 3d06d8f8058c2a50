/**
 * Tokens that outlast the agent, for who asks for it (`--token-file`): a classroom's addresses stay good over a restart,
 * and the viewer's and the instructor's are there to be handed out. Without the option they are random at each start.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { GlassboxError } from "@glassbox/runtime/base";
import { z } from "zod";
import { randomTokens, type Tokens } from "../http/sessions.ts";

/** Shorter ones can be guessed. */
const TOKEN_MIN_CHARACTERS = 32;

const token = z.string().min(TOKEN_MIN_CHARACTERS);
const TokenFile = z.strictObject({ viewer: token, learner: token, instructor: token });

/** @throws GlassboxError "invalid argument" when the file is there but is no token file */
export function tokensFrom(file: string): Tokens {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new GlassboxError("invalid argument", `Cannot read the token file "${file}"`, { cause });
    }
    const tokens = randomTokens();
    writeFileSync(file, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    return tokens;
  }
  try {
    return TokenFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new GlassboxError("invalid argument", `Cannot use the token file "${file}": it holds no tokens`, {
      hint: "Remove it, and new tokens are written to it",
      cause,
    });
  }
}
