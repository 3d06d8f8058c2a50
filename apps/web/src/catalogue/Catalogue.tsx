/** `/`: the labs of each track, how far you are, and what this machine can do. */
"use client";
import type { LabSummary, MachineInfo } from "@glassbox/protocol";
import { ArrowRight, Ban, Check, Clock } from "lucide-react";
import Link from "next/link";
import { Header } from "../chrome/Header.tsx";
import { Notice, SignedOut } from "../chrome/Notice.tsx";
import { api, isSignedOut } from "../connection/api.ts";
import { useLive } from "../connection/use-live.ts";
import { useRequest } from "../connection/use-request.ts";
import css from "./Catalogue.module.css";
import { GlassHero } from "./GlassHero.tsx";
import { MachineCard } from "./MachineCard.tsx";
import { nextLab, timeLeft, tracksOf } from "./tracks.ts";

export function Catalogue() {
  const labs = useRequest("labs", api.labs);
  const machine = useRequest("machine", api.machine);
  const signedOut = useLive((state) => state.status === "signed-out");
  return (
    <div className={css.page}>
      <Header here="labs" />
      {signedOut || isSignedOut(labs.error) ? (
        <SignedOut />
      ) : labs.error && !labs.value ? (
        <Notice
          title="The agent does not answer"
          actions={
            <button type="button" className="button primary" onClick={labs.reload}>
              Try again
            </button>
          }
        >
          <p>
            {labs.error.status === 0
              ? "This page is here, the program behind it is not. Look at the terminal where Glassbox was started; npm start brings it back."
              : labs.error.message}
          </p>
        </Notice>
      ) : labs.value?.length === 0 ? (
        <Notice title="No labs are installed">
          <p>
            The agent found nothing in its labs directory. The terminal where Glassbox was started says what it looked
            for.
          </p>
        </Notice>
      ) : (
        <Tracks labs={labs.value} machine={machine.value} />
      )}
    </div>
  );
}

function Tracks({ labs, machine }: { labs: LabSummary[] | undefined; machine: MachineInfo | undefined }) {
  const next = nextLab(labs ?? []);
  const begun = (labs ?? []).some((lab) => lab.stepsDone > 0);
  return (
    <main className={css.main}>
      <section className={css.hero}>
        <div>
          <h1>See what a container is made of</h1>
          <p>
            Build one by hand, in a real terminal on a real Linux kernel. Beside it you watch the kernel's own objects
            appear, join and vanish as you type.
          </p>
          {next && (
            <p className={css.begin}>
              <Link className="button primary" href={labHref(next.id)}>
                {begun ? "Continue" : "Begin"}: {next.title}
                <ArrowRight size={16} aria-hidden />
              </Link>
              {begun && <span>{timeLeft((labs ?? []).filter(({ track }) => track === next.track))}</span>}
            </p>
          )}
        </div>
        <GlassHero />
      </section>
      <div className={css.columns}>
        <div>
          {labs === undefined && <p className={css.loading}>Loading the labs</p>}
          {tracksOf(labs ?? []).map(({ track, labs: inTrack }) => (
            <section key={track} className={css.section} aria-label={`Track: ${track}`}>
              <h2 className={css.track}>
                {track}
                <TrackProgress labs={inTrack} />
              </h2>
              <ol className={css.labs}>
                {inTrack.map((lab) => (
                  <LabRow key={lab.id} lab={lab} isNext={lab.id === next?.id} />
                ))}
              </ol>
            </section>
          ))}
        </div>
        <MachineCard machine={machine} />
      </div>
    </main>
  );
}

/** A track of one lab says nothing: its row says it all. */
function TrackProgress({ labs }: { labs: LabSummary[] }) {
  if (labs.length === 1) return null;
  const done = labs.filter((lab) => lab.stepsDone >= lab.stepCount).length;
  return (
    <span>
      {done} of {labs.length} labs done{done < labs.length && `, ${timeLeft(labs)}`}
    </span>
  );
}

function LabRow({ lab, isNext }: { lab: LabSummary; isNext: boolean }) {
  const done = lab.stepsDone >= lab.stepCount;
  const words = (
    <>
      <span className={`${css.number} ${done ? css.numberDone : ""}`} aria-hidden>
        {!lab.runnable ? <Ban size={17} /> : done ? <Check size={18} strokeWidth={2.6} /> : lab.number}
      </span>
      <span className={css.words}>
        <strong>{lab.title}</strong>
        <span>{lab.runnable ? lab.summary : lab.whyNotRunnable}</span>
      </span>
      <span className={css.side}>
        <span className={css.time}>
          <Clock size={13} aria-hidden />
          {lab.minutes} min
        </span>
        <Progress done={lab.stepsDone} of={lab.stepCount} />
      </span>
    </>
  );
  return (
    <li className={`${css.lab} ${isNext ? css.next : ""} ${lab.runnable ? "" : css.cannot}`}>
      {lab.runnable ? <Link href={labHref(lab.id)}>{words}</Link> : <div>{words}</div>}
    </li>
  );
}

function Progress({ done, of }: { done: number; of: number }) {
  return (
    <span className={css.progress} role="img" aria-label={`${done} of ${of} steps done`}>
      {Array.from({ length: of }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the marks are alike but for their place
        <i key={index} className={index < done ? css.full : ""} />
      ))}
    </span>
  );
}

const labHref = (id: string): string => `/lab/?id=${encodeURIComponent(id)}`;
