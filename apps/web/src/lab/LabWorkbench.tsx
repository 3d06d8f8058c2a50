/** The panes of an open lab and what ties them together: which step is shown, what is pointed at, which terminal runs. */
"use client";
import type { LabDetail, LabState, NodeId } from "@glassbox/protocol";
import { useEffect, useMemo, useRef, useState } from "react";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import { useMayWork } from "../connection/may-work.ts";
import { useLive } from "../connection/use-live.ts";
import { LessonPane } from "../lesson/LessonPane.tsx";
import type { CommandActions } from "../lesson/LessonText.tsx";
import { nodesOf, stateOf } from "../lesson/step-progress.ts";
import { TerminalPane } from "../terminal/TerminalPane.tsx";
import { FIRST_TERMINAL, TerminalDesk } from "../terminal/terminal-desk.ts";
import css from "./LabPage.module.css";
import { Stage } from "./Stage.tsx";

export interface LabWorkbenchProps {
  lab: LabDetail;
  state: LabState | undefined;
  /** The step on screen; undefined before the lab's state is known. */
  step: string | undefined;
  onStep(step: string): void;
  onResetStep(step: string): void;
}

export function LabWorkbench({ lab, state, step, onStep, onResetStep }: LabWorkbenchProps) {
  const allTerminals = useLive((live) => live.terminals);
  const terminals = useMemo(() => allTerminals.filter((terminal) => terminal.lab === lab.id), [allTerminals, lab.id]);
  const [pointedAt, setPointedAt] = useState<NodeId>();
  const [problem, setProblem] = useState<string>();
  const mayWork = useMayWork();
  const desk = useDesk(lab.id, mayWork && state?.phase === "open");

  const shown = lab.steps.find((each) => each.id === step) ?? lab.steps[0];
  useStepKeys(lab, shown?.id, onStep);
  const looksAt = nodesOf(stateOf(state, shown?.id ?? ""));

  const actions = useMemo<CommandActions>(() => {
    const attempt = (action: Promise<void>) => {
      setProblem(undefined);
      action.catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
    };
    return {
      run: (command, terminal) => attempt(desk.run(command, terminal)),
      interrupt: (terminal) => attempt(desk.interrupt(terminal)),
    };
  }, [desk]);

  const columns = useDefaultLayout({ id: "lab-columns", storage: remembered });
  const rows = useDefaultLayout({ id: "lab-rows", storage: remembered });
  if (!shown) return null;
  return (
    <Group orientation="horizontal" className={css.bench} {...columns}>
      <Panel id="lesson" defaultSize="34%" minSize={320} className={css.panel}>
        <section className={css.lessonPane} data-pane="Lesson" aria-label="Lesson">
          {problem && (
            <p className={css.problem} role="alert">
              {problem}
            </p>
          )}
          <LessonPane
            lab={lab}
            state={state}
            step={shown}
            actions={actions}
            onStep={onStep}
            onPoint={setPointedAt}
            onResetStep={() => onResetStep(shown.id)}
          />
        </section>
      </Panel>
      <Separator className={css.divider} aria-label="Resize lesson" />
      <Panel id="machine" minSize={420} className={css.panel}>
        <Group orientation="vertical" {...rows}>
          <Panel id="stage" defaultSize="56%" minSize={150} className={css.panel}>
            <Stage lab={lab} step={shown} pointedAt={pointedAt} looksAt={looksAt} />
          </Panel>
          <Separator className={css.dividerFlat} aria-label="Resize terminals" />
          <Panel id="terminals" minSize={110} className={css.panel}>
            <section className={css.terminals} data-pane="Terminals" aria-label="Terminals">
              <TerminalPane desk={desk} terminals={terminals} opening={mayWork && state?.phase !== "open"} />
            </section>
          </Panel>
        </Group>
      </Panel>
    </Group>
  );
}

/** The lab's terminals, the first one opened with the lab. */
function useDesk(lab: string, open: boolean): TerminalDesk {
  const [desk] = useState(() => new TerminalDesk(lab));
  const begun = useRef(false);
  useEffect(() => {
    if (!open || begun.current) return;
    begun.current = true;
    // The agent gives back the running terminal of this name when there is one. Without: the pane has a button.
    desk.open(FIRST_TERMINAL).catch(() => undefined);
  }, [desk, open]);
  useEffect(() => () => desk.dispose(), [desk]);
  return desk;
}

/** `[` and `]` turn the page, except where one types. */
function useStepKeys(lab: LabDetail, shown: string | undefined, onStep: (step: string) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const move = { "[": -1, "]": 1 }[event.key];
      const target = event.target as HTMLElement;
      if (!move || target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      const next = lab.steps[lab.steps.findIndex((step) => step.id === shown) + move];
      if (next) onStep(next.id);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [lab, shown, onStep]);
}

/** Pane sizes, remembered in this browser; nothing on the server that builds the export. */
const remembered = {
  getItem: (key: string) => (typeof localStorage === "undefined" ? null : localStorage.getItem(key)),
  setItem: (key: string, value: string) => localStorage.setItem(key, value),
};
