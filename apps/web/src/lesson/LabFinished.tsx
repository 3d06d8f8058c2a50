/** The end of a lab: what was reached, what was left out on the way, and where to go on. */
import type { LabDetail, LabState } from "@glassbox/protocol";
import { ArrowRight, CircleCheck } from "lucide-react";
import { labAfter } from "../catalogue/tracks.ts";
import { api } from "../connection/api.ts";
import { useRequest } from "../connection/use-request.ts";
import css from "./Lesson.module.css";
import { stateOf } from "./step-progress.ts";

/** Shown under the last step when it is done. */
export function LabFinished({ lab, state }: { lab: LabDetail; state: LabState | undefined }) {
  const open = lab.steps.flatMap((step, index) => (stateOf(state, step.id)?.status === "done" ? [] : [index + 1]));
  return (
    <p className={css.well}>
      <CircleCheck size={20} aria-hidden />
      {open.length === 0
        ? "You have finished this lab."
        : `The last step is done. You left out ${open.length === 1 ? "step" : "steps"} ${open.join(", ")}.`}
    </p>
  );
}

/** The next lab of the track, where there is one that this machine can run; and the way back to all of them. */
export function WaysOn({ lab }: { lab: LabDetail }) {
  const labs = useRequest("labs", api.labs);
  const next = labAfter(labs.value ?? [], lab);
  return (
    <>
      <a href="/" className={`button ${next ? "" : "primary"}`}>
        All labs
      </a>
      {next && (
        <a href={`/lab/?id=${encodeURIComponent(next.id)}`} className="button primary">
          Next lab: {next.title}
          <ArrowRight size={15} aria-hidden />
        </a>
      )}
    </>
  );
}
