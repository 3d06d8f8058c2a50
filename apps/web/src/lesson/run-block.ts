/** Reads the words after a code block's language: ```sh run terminal=second. The lab linter knows the same words. */

/** The terminal a block goes to when it names none: the one every lab begins with. */
const DEFAULT_TERMINAL = "main";

export interface BlockWords {
  /** Has Run and Interrupt. */
  run: boolean;
  terminal: string;
  /** What stands above a quoted piece of code: its file and name. */
  caption: string | undefined;
}

export function readBlockWords(meta: string | undefined): BlockWords {
  const words = (meta ?? "").split(/\s+/).filter(Boolean);
  const givenFor = (name: string) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    run: words.includes("run"),
    terminal: givenFor("terminal") ?? DEFAULT_TERMINAL,
    caption: givenFor("caption")?.replace(/^"|"$/g, ""),
  };
}
