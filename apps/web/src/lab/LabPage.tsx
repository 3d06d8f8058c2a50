/** `/lab/?id=...`: the lesson on the left, the picture (or files, or the plan) above the terminals on the right. */
"use client";
import type { LabDetail, LabState } from "@glassbox/protocol";
import { Eye, RotateCcw } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { Confirm } from "../chrome/Confirm.tsx";
import { Header } from "../chrome/Header.tsx";
import { Notice, SignedOut } from "../chrome/Notice.tsx";
import { api, isSignedOut, RequestError } from "../connection/api.ts";
import { MayWorkProvider, ONLY_LOOKING, useSessionMayWork } from "../connection/may-work.ts";
import { liveStore, useLive } from "../connection/use-live.ts";
import { useRequest } from "../connection/use-request.ts";
import { stateOf, stepToShow } from "../lesson/step-progress.ts";
import css from "./LabPage.module.css";
import { LabWorkbench } from "./LabWorkbench.tsx";
import { StepPips } from "./StepPips.tsx";

export function LabPage() {
  const id = useSearchParams().get("id") ?? "";
  const lab = useRequest(id, () => api.lab(id));
  const mayWork = useSessionMayWork();
  const signedOut = useLive((state) => state.status === "signed-out");
  const live = useLive((state) => state.labStates.get(id));
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [step, setStep] = useState<string>();
  // A lab just opened is laid anew after a reset: its own state (terminals, tabs) begins again too.
  const [round, setRound] = useState(0);

  const first = useFirstStep(lab.value, live, round);
  const shown = step ?? first;

  const isThere = lab.value?.runnable === true;
  useEffect(() => {
    if (!isThere) return;
    document.title = `${lab.value?.title} · Glassbox`;
    liveStore().watchLab(id);
    if (!mayWork) return;
    api.openLab(id).then(
      (state) => liveStore().takeLabState(state),
      (error: unknown) => setProblem(error instanceof RequestError ? error.message : String(error)),
    );
  }, [id, isThere, lab.value, mayWork]);

  const change = async (request: () => ReturnType<typeof api.resetLab>) => {
    setProblem(undefined);
    try {
      liveStore().takeLabState(await request());
    } catch (error) {
      setProblem(error instanceof RequestError ? error.message : String(error));
    }
  };
  const goTo = (wanted: string) => {
    setStep(wanted);
    if (mayWork && stateOf(live, wanted)?.status === "todo") void change(() => api.beginStep(id, wanted));
  };
  const resetLab = () =>
    change(async () => {
      await api.resetLab(id);
      const ended = liveStore()
        .getState()
        .terminals.filter((terminal) => terminal.lab === id);
      await Promise.all(ended.map((terminal) => api.closeTerminal(terminal.id).catch(() => undefined)));
      // The lesson's random values are new, and stand in its text.
      lab.reload();
      const opened = await api.openLab(id);
      setStep(undefined);
      setRound((before) => before + 1);
      return opened;
    });

  if (signedOut || isSignedOut(lab.error)) return <Page body={<SignedOut />} />;
  if (lab.error && !lab.value) return <Page body={<LabMissing error={lab.error} onAgain={lab.reload} />} />;
  if (!lab.value) return <Page body={<Notice title="Opening the lab" />} />;
  if (!lab.value.runnable) return <Page body={<NotRunnable lab={lab.value} />} />;
  const resetting = live?.phase === "resetting";
  return (
    <MayWorkProvider value={mayWork !== false}>
      <div className={css.page}>
        <Header here="lab">
          <div className={css.title}>
            <span className={css.name}>{lab.value.title}</span>
            <StepPips lab={lab.value} state={live} current={shown} onStep={goTo} />
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
        {(problem || live?.phase === "failed" || resetting) && (
          <p className={css.problem} role="alert">
            {problem ?? live?.message ?? "Putting everything back as it was"}
          </p>
        )}
        <LabWorkbench
          key={`${id} ${round}`}
          lab={lab.value}
          state={live}
          step={shown}
          onStep={goTo}
          onResetStep={(stepId) => void change(() => api.resetStep(id, stepId))}
        />
        {asking && (
          <Confirm
            title="Reset the whole lab?"
            text="Everything you made in this lab is undone: processes, mounts, cgroups, namespaces, containers, files and progress. Its terminals are closed."
            deed="Reset the lab"
            onConfirm={() => void resetLab()}
            onClose={() => setAsking(false)}
          />
        )}
      </div>
    </MayWorkProvider>
  );
}

/** Decided once a round, when the lab's state is first known: finishing a step must not turn the page by itself. */
function useFirstStep(lab: LabDetail | undefined, state: LabState | undefined, round: number): string | undefined {
  const [first, setFirst] = useState<{ round: number; step: string | undefined }>();
  useEffect(() => {
    if (!lab || !state?.steps.length || first?.round === round) return;
    setFirst({ round, step: stepToShow(lab.steps, state) });
  }, [first, lab, state, round]);
  return first?.step;
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
