/**
 * The lesson: one step at a time in five movements. Predict and do come first; explanations of what happened open when
 * it has happened (or when asked), so that reading ahead does not spoil the guess.
 */
"use client";
import type { LabDetail, LabState, LabStep, NodeId, StepSection } from "@glassbox/protocol";
import { ArrowLeft, ArrowRight, CircleCheck, RotateCcw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Confirm } from "../chrome/Confirm.tsx";
import { useMayWork } from "../connection/may-work.ts";
import { Checks } from "./Checks.tsx";
import { Hints } from "./Hints.tsx";
import { LabFinished, WaysOn } from "./LabFinished.tsx";
import css from "./Lesson.module.css";
import { type CommandActions, LessonText } from "./LessonText.tsx";
import { PredictionCard } from "./PredictionCard.tsx";
import { stateOf } from "./step-progress.ts";

const SECTION_WORDS: Record<StepSection["kind"], string> = {
  predict: "Predict",
  do: "Do",
  see: "See",
  explain: "Explain",
  break: "Break it",
};

export interface LessonPaneProps {
  lab: LabDetail;
  state: LabState | undefined;
  step: LabStep;
  actions: CommandActions;
  onStep(step: string): void;
  onPoint(node: NodeId | undefined): void;
  onResetStep(): void;
}

export function LessonPane({ lab, state, step, actions, onStep, onPoint, onResetStep }: LessonPaneProps) {
  const index = lab.steps.findIndex((each) => each.id === step.id);
  const next = lab.steps[index + 1];
  const previous = lab.steps[index - 1];
  const stepState = stateOf(state, step.id);
  const done = stepState?.status === "done";
  const [asking, setAsking] = useState(false);
  const mayWork = useMayWork();
  const top = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new step begins at its top
  useEffect(() => {
    // No value may come back from here: newer browsers' scrollTo returns a promise, and React would call it to clean up.
    top.current?.scrollTo({ top: 0 });
  }, [step.id]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the arrow keys
    <div className={css.scroll} ref={top} tabIndex={0} data-pane-start>
      <article className={css.lesson} aria-labelledby="step-title">
        <p className={css.where}>
          Step {index + 1} of {lab.steps.length}
        </p>
        <h1 id="step-title" className={css.title}>
          {step.title}
        </h1>
        {step.sections.map((section) => (
          <Section
            key={`${step.id} ${section.kind}`}
            section={section}
            open={done || !["explain", "break"].includes(section.kind)}
            actions={actions}
          >
            {section.kind === "predict" && step.prediction && (
              <PredictionCard prediction={step.prediction} remember={`${lab.id}/${step.id}`} />
            )}
            {section.kind === "do" && (
              <>
                <Checks state={stepState} onPoint={onPoint} />
                {!done && mayWork && (
                  <Hints lab={lab.id} step={step.id} hints={stepState?.hints ?? []} actions={actions} />
                )}
              </>
            )}
          </Section>
        ))}
        <footer className={css.foot}>
          {done && next && (
            <p className={css.well}>
              <CircleCheck size={20} aria-hidden />
              Done. The kernel agrees.
            </p>
          )}
          {done && !next && <LabFinished lab={lab} state={state} />}
          <div className={css.moves}>
            {previous && (
              <button type="button" className="button" onClick={() => onStep(previous.id)}>
                <ArrowLeft size={15} aria-hidden />
                Back
              </button>
            )}
            {next ? (
              <button type="button" className={`button ${done ? "primary" : ""}`} onClick={() => onStep(next.id)}>
                {done ? `Next: ${next.title}` : "Skip to the next step"}
                <ArrowRight size={15} aria-hidden />
              </button>
            ) : (
              done && <WaysOn lab={lab} />
            )}
          </div>
          {mayWork && (
            <button type="button" className={css.reset} onClick={() => setAsking(true)}>
              <RotateCcw size={13} aria-hidden />
              Reset this step
            </button>
          )}
        </footer>
      </article>
      {asking && (
        <Confirm
          title="Reset this step?"
          text="This step and those after it count as not done again, and this step's files are as they were when it began. What runs in your terminals goes on running."
          deed="Reset the step"
          onConfirm={onResetStep}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

interface SectionProps {
  section: StepSection;
  open: boolean;
  actions: CommandActions;
  children: React.ReactNode;
}

function Section({ section, open, actions, children }: SectionProps) {
  const [asked, setAsked] = useState(false);
  const shown = open || asked;
  return (
    <section className={css.section} aria-label={SECTION_WORDS[section.kind]}>
      <h2 className={css.kind} data-kind={section.kind}>
        {SECTION_WORDS[section.kind]}
      </h2>
      {shown ? (
        <>
          <LessonText markdown={section.markdown} actions={actions} />
          {children}
        </>
      ) : (
        <button type="button" className={css.later} onClick={() => setAsked(true)}>
          Opens when the step is done. Read it now
        </button>
      )}
    </section>
  );
}
