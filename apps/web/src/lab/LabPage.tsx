/** `/lab/?id=...`: the lesson on the left, the picture (or files, or the plan) above the terminals on the right. */
"use client";
import type { LabDetail } from "@glassbox/protocol";
import { Eye, RotateCcw } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Confirm } from "../chrome/Confirm.tsx";
import { Header } from "../chrome/Header.tsx";
import { Notice, SignedOut } from "../chrome/Notice.tsx";
import { isSignedOut, type RequestError } from "../connection/api.ts";
import { MayWorkProvider, ONLY_LOOKING, useSessionMayWork } from "../connection/may-work.ts";
import { useLive } from "../connection/use-live.ts";
import css from "./LabPage.module.css";
import { LabWorkbench } from "./LabWorkbench.tsx";
import { StepPips } from "./StepPips.tsx";
import { useOpenLab } from "./use-open-lab.ts";

export function LabPage() {
  const id = useSearchParams().get("id") ?? "";
  const mayWork = useSessionMayWork();
  const { lab, state, step, round, problem, goTo, resetStep, resetLab } = useOpenLab(id, mayWork);
  const signedOut = useLive((live) => live.status === "signed-out");
  const [asking, setAsking] = useState(false);

  if (signedOut || isSignedOut(lab.error)) return <Page body={<SignedOut />} />;
  if (lab.error && !lab.value) return <Page body={<LabMissing error={lab.error} onAgain={lab.reload} />} />;
  if (!lab.value) return <Page body={<Notice title="Opening the lab" />} />;
  if (!lab.value.runnable) return <Page body={<NotRunnable lab={lab.value} />} />;
  const resetting = state?.phase === "resetting";
  return (
    <MayWorkProvider value={mayWork !== false}>
      <div className={css.page}>
        <Header here="lab">
          <div className={css.title}>
            <span className={css.name}>{lab.value.title}</span>
            <StepPips lab={lab.value} state={state} current={step} onStep={goTo} />
            <span className={css.grow} />
            {mayWork === false ? (
              <span className={css.looking} title={ONLY_LOOKING}>
                <Eye size={14} aria-hidden />
                Looking only
              </span>
            ) : (
              <button type="button" className="button small" disabled={resetting} onClick={() => setAsking(true)}>
                <RotateCcw size={14} aria-hidden />
                Reset lab
              </button>
            )}
          </div>
        </Header>
        {(problem || state?.phase === "failed" || resetting) && (
          <p className={css.problem} role="alert">
            {problem ?? state?.message ?? "Putting everything back as it was"}
          </p>
        )}
        <LabWorkbench
          key={`${id} ${round}`}
          lab={lab.value}
          state={state}
          step={step}
          onStep={goTo}
          onResetStep={resetStep}
        />
        {asking && (
          <Confirm
            title="Reset the whole lab?"
            text="Everything you made in this lab is undone: processes, mounts, cgroups, namespaces, containers, files and progress. Its terminals are closed."
            deed="Reset the lab"
            onConfirm={resetLab}
            onClose={() => setAsking(false)}
          />
        )}
      </div>
    </MayWorkProvider>
  );
}

function Page({ body }: { body: React.ReactNode }) {
  return (
    <div className={css.page}>
      <Header here="lab" />
      {body}
    </div>
  );
}

function LabMissing({ error, onAgain }: { error: RequestError; onAgain(): void }) {
  const isUnknown = error.status === 404;
  return (
    <Notice
      title={isUnknown ? "There is no such lab" : "This lab cannot be shown"}
      actions={
        <>
          {!isUnknown && (
            <button type="button" className="button primary" onClick={onAgain}>
              Try again
            </button>
          )}
          <Link className="button" href="/">
            All labs
          </Link>
        </>
      }
    >
      <p>{isUnknown ? "The address names a lab that is not in this Glassbox." : error.message}</p>
      {error.hint && <p>{error.hint}</p>}
    </Notice>
  );
}

function NotRunnable({ lab }: { lab: LabDetail }) {
  return (
    <Notice
      title={`"${lab.title}" cannot run on this machine`}
      actions={
        <Link className="button" href="/">
          All labs
        </Link>
      }
    >
      <p>{lab.whyNotRunnable}</p>
    </Notice>
  );
}
