/** Lesson text as Markdown, with the buttons that make commands in it runnable. */
import { CornerDownLeft, OctagonX } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import Markdown, { type ExtraProps } from "react-markdown";
import remarkGfm from "remark-gfm";
import { Copy } from "../chrome/Copy.tsx";
import { ONLY_LOOKING, useMayWork } from "../connection/may-work.ts";
import css from "./LessonText.module.css";
import { readBlockWords } from "./run-block.ts";

export interface CommandActions {
  run(command: string, terminal: string): void;
  interrupt(terminal: string): void;
}

export function LessonText({ markdown, actions }: { markdown: string; actions: CommandActions }) {
  return (
    <div className={css.text}>
      <Markdown
        remarkPlugins={[remarkGfm]}
        components={{
          pre: ({ children }) => <>{children}</>,
          code: (props) => <Code {...props} actions={actions} />,
          table: ({ children }) => (
            <div className={css.table}>
              <table>{children}</table>
            </div>
          ),
        }}
      >
        {markdown}
      </Markdown>
    </div>
  );
}

type CodeProps = ComponentProps<"code"> & ExtraProps & { actions: CommandActions };

function Code({ children, className, node, actions }: CodeProps) {
  const mayWork = useMayWork();
  const text = textOf(children);
  const language = /language-(\w+)/.exec(className ?? "")?.[1];
  // Only blocks end with a line break; code within a sentence does not.
  if (!language && !text.endsWith("\n")) return <code className={css.inline}>{children}</code>;
  const words = readBlockWords((node?.data as { meta?: string } | undefined)?.meta);
  const command = text.replace(/\n$/, "");
  const { run, terminal, caption } = words;
  return (
    <figure className={`${css.block} ${run ? css.runnable : ""}`}>
      {caption && <figcaption>{caption}</figcaption>}
      <pre>
        <code>{command}</code>
      </pre>
      <div className={css.actions}>
        {run && (
          <>
            <button
              type="button"
              className={css.run}
              aria-label={`Run: ${firstLine(command)}`}
              disabled={!mayWork}
              title={mayWork ? undefined : ONLY_LOOKING}
              onClick={() => actions.run(command, terminal)}
            >
              <CornerDownLeft size={14} aria-hidden />
              Run
            </button>
            {terminal !== "main" && <span className={css.where}>in terminal {terminal}</span>}
            <span className={css.gap} />
            <button
              type="button"
              className="icon-button"
              aria-label={`Interrupt terminal ${terminal}`}
              disabled={!mayWork}
              title={mayWork ? `Interrupt what runs in terminal ${terminal} (Ctrl-C)` : ONLY_LOOKING}
              onClick={() => actions.interrupt(terminal)}
            >
              <OctagonX size={15} aria-hidden />
            </button>
          </>
        )}
        <Copy text={command} what={run ? `command ${firstLine(command)}` : "text"} />
      </div>
    </figure>
  );
}

const firstLine = (command: string): string => command.split("\n")[0] ?? "";

function textOf(children: ReactNode): string {
  return Array.isArray(children) ? children.map(textOf).join("") : typeof children === "string" ? children : "";
}
