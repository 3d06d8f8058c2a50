/**
 * The lab that the page is about: asked for, opened where one may, its step chosen, steps and all of it reset. What is
 * drawn of it is `LabPage.tsx`; what changes by itself comes through the live store.
 */
import type { LabDetail, LabState } from "@glassbox/protocol";
import { useEffect, useState } from "react";
import { api, RequestError } from "../connection/api.ts";
import { liveStore, useLive } from "../connection/use-live.ts";
import { type Requested, useRequest } from "../connection/use-request.ts";
import { stateOf, stepToShow } from "../lesson/step-progress.ts";

export interface OpenLab {
  lab: Requested<LabDetail>;
  /** Undefined before the agent has told it. */
  state: LabState | undefined;
  /** Id of the step on screen. */
  step: string | undefined;
  /** A lab just opened is laid anew after a reset: its own state (terminals, tabs) begins again too. */
  round: number;
  /** Why the last request failed. */
  problem: string | undefined;
  goTo(step: string): void;
  resetStep(step: string): void;
  resetLab(): void;
}

/** @param mayWork whether the lab may be opened and changed; undefined until it is known */
export function useOpenLab(id: string, mayWork: boolean | undefined): OpenLab {
  const lab = useRequest(id, () => api.lab(id));
  const state = useLive((live) => live.labStates.get(id));
  const [problem, setProblem] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  const [round, setRound] = useState(0);
  const first = useFirstStep(lab.value, state, round);

  const isThere = lab.value?.runnable === true;
  useEffect(() => {
    if (!isThere) return;
    document.title = `${lab.value?.title} · Glassbox`;
    liveStore().watchLab(id);
    if (!mayWork) return;
    api.openLab(id).then(
      (opened) => liveStore().takeLabState(opened),
      (error: unknown) => setProblem(inWords(error)),
    );
  }, [id, isThere, lab.value, mayWork]);

  const change = async (request: () => Promise<LabState>) => {
    setProblem(undefined);
    try {
      liveStore().takeLabState(await request());
    } catch (error) {
      setProblem(inWords(error));
    }
  };
  const reset = async () => {
    await api.resetLab(id);
    const ended = liveStore()
      .getState()
      .terminals.filter((terminal) => terminal.lab === id);
    await Promise.all(ended.map((terminal) => api.closeTerminal(terminal.id).catch(() => undefined)));
    // The lesson's random values are new, and stand in its text.
    lab.reload();
    const opened = await api.openLab(id);
    setChosen(undefined);
    setRound((before) => before + 1);
    return opened;
  };
  return {
    lab,
    state,
    step: chosen ?? first,
    round,
    problem,
    goTo: (step) => {
      setChosen(step);
      if (mayWork && stateOf(state, step)?.status === "todo") void change(() => api.beginStep(id, step));
    },
    resetStep: (step) => void change(() => api.resetStep(id, step)),
    resetLab: () => void change(reset),
  };
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

function inWords(error: unknown): string {
  return error instanceof RequestError ? error.message : String(error);
}
