/** What must hold, and what the kernel shows now. No button: the agent looks whenever the kernel changes. */
import type { CheckResult, NodeId, StepState } from "@glassbox/protocol";
import { Circle, CircleCheck, Eye } from "lucide-react";
import css from "./Lesson.module.css";

export interface ChecksProps {
  state: StepState | undefined;
  onPoint(node: NodeId | undefined): void;
}

/** What was seen is not kept when the agent ends; that it was seen is. */
const WITHOUT_CHECKS: Record<StepState["status"] | "unknown", string> = {
  done: "Done before Glassbox was last started. What it had made is gone; to make it again, reset this step.",
  current: "Nothing to check in this step.",
  todo: "The kernel is looked at when you work on this step.",
  unknown: "Waiting for the first look.",
};

export function Checks({ state, onPoint }: ChecksProps) {
  const done = state?.status === "done";
  const checks = state?.checks ?? [];
  return (
    <section className={`${css.checks} ${done ? css.done : ""}`} aria-label="Checks">
      <h3>
        {done ? "Done" : "What the kernel shows"}
        <span aria-live="polite">
          {checks.length > 0 && `${checks.filter((check) => check.ok).length} of ${checks.length}`}
        </span>
      </h3>
      {checks.length === 0 && <p className={css.quiet}>{WITHOUT_CHECKS[state?.status ?? "unknown"]}</p>}
      <ul>
        {checks.map((check) => (
          <Check key={check.title} check={check} onPoint={onPoint} />
        ))}
      </ul>
    </section>
  );
}

function Check({ check, onPoint }: { check: CheckResult; onPoint(node: NodeId | undefined): void }) {
  const { title, ok, expected, actual, node } = check;
  const Icon = ok ? CircleCheck : Circle;
  const point = () => onPoint(node);
  const leave = () => onPoint(undefined);
  return (
    <li className={ok ? css.holds : css.fails}>
      <Icon size={17} aria-label={ok ? "Holds" : "Does not hold yet"} />
      <div>
        <p>{title}</p>
        {!ok && (
          <dl>
            <dt>Wanted</dt>
            <dd>{expected}</dd>
            <dt>Now</dt>
            <dd>{actual}</dd>
          </dl>
        )}
      </div>
      {node !== undefined && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Show in the picture: ${title}`}
          title="Show in the picture"
          onMouseEnter={point}
          onMouseLeave={leave}
          onFocus={point}
          onBlur={leave}
        >
          <Eye size={15} aria-hidden />
        </button>
      )}
    </li>
  );
}
