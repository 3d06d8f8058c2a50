/** The catalogue's questions about a list of labs. */
import type { LabSummary } from "@glassbox/protocol";

/** Labs by track, in the order in which the agent gives them: that of their folders. */
export function tracksOf(labs: readonly LabSummary[]): { track: string; labs: LabSummary[] }[] {
  const tracks = new Map<string, LabSummary[]>();
  for (const lab of labs) {
    tracks.set(lab.track, [...(tracks.get(lab.track) ?? []), lab]);
  }
  return [...tracks].map(([track, inTrack]) => ({ track, labs: inTrack }));
}

/** Where to go on: a lab begun and not finished, else the first not finished that this machine can run. */
export function nextLab(labs: readonly LabSummary[]): LabSummary | undefined {
  const open = labs.filter((lab) => lab.runnable && lab.stepsDone < lab.stepCount);
  return open.find((lab) => lab.stepsDone > 0) ?? open[0];
}

/** The lab that follows in the same track, or the first of the next track; only one that this machine can run. */
export function labAfter(labs: readonly LabSummary[], { id }: LabSummary): LabSummary | undefined {
  const all = tracksOf(labs).flatMap(({ labs: inTrack }) => inTrack);
  const next = all[all.findIndex((lab) => lab.id === id) + 1];
  return next?.runnable ? next : undefined;
}

/** How long the steps that are not done take together, in words; to the quarter of an hour, as nobody works by the minute. */
export function timeLeft(labs: readonly LabSummary[]): string {
  const minutes = labs.reduce((sum, lab) => sum + lab.minutes * (1 - lab.stepsDone / lab.stepCount), 0);
  const isBegun = labs.some((lab) => lab.stepsDone > 0);
  const quarters = Math.max(1, Math.round(minutes / 15));
  const hours = Math.floor(quarters / 4);
  const parts = [hours > 0 && `${hours} h`, quarters % 4 > 0 && `${(quarters % 4) * 15} min`].filter(Boolean);
  return `about ${parts.join(" ")} ${isBegun ? "to go" : "in all"}`;
}
