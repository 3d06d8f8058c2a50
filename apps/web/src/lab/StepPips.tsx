/** One mark a step in the header: done, current, to come. Also the way to jump. */
import type { LabDetail, LabState } from "@glassbox/protocol";
import { Check } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { newlyDone, stateOf } from "../lesson/step-progress.ts";
import css from "./LabPage.module.css";

export interface StepPipsProps {
  lab: LabDetail;
  state: LabState | undefined;
  current: string | undefined;
  onStep(step: string): void;
}

export function StepPips({ lab, state, current, onStep }: StepPipsProps) {
  const fresh = useNewlyDone(state);
  return (
    <>
      <ol className={css.pips} aria-label="Steps">
        {lab.steps.map((step, index) => {
          const done = stateOf(state, step.id)?.status === "done";
          return (
            <li key={step.id}>
              <button
                type="button"
                className={`${css.pip} ${done ? css.pipDone : ""} ${fresh.includes(step.id) ? css.pipFresh : ""}`}
                aria-current={step.id === current ? "step" : undefined}
                aria-label={`Step ${index + 1}: ${step.title}${done ? ", done" : ""}`}
                title={step.title}
                onClick={() => onStep(step.id)}
              >
                {done ? <Check size={13} strokeWidth={3} aria-hidden /> : index + 1}
              </button>
            </li>
          );
        })}
      </ol>
      <span className="visually-hidden" role="status">
        {fresh.map((id) => `Step done: ${lab.steps.find((step) => step.id === id)?.title}`).join(". ")}
      </span>
    </>
  );
}

/** Steps done since the last state: the quiet moment of success, seen in the mark and said aloud. */
function useNewlyDone(state: LabState | undefined): string[] {
  const before = useRef<LabState>(undefined);
  const [fresh, setFresh] = useState<string[]>([]);
  useEffect(() => {
    const done = newlyDone(before.current, state);
    before.current = state;
    if (done.length > 0) setFresh(done);
  }, [state]);
  return fresh;
}
