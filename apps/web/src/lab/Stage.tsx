/** The upper right of an open lab: one of the picture's views, the lab's files, or the plan. Each step begins with what fits it. */
import type { LabDetail, NodeId } from "@glassbox/protocol";
import { Boxes, FileText, Gauge, HardDrive, ListOrdered } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { api } from "../connection/api.ts";
import { useRequest } from "../connection/use-request.ts";
import { FilesPane } from "../files/FilesPane.tsx";
import { GraphPane, type PictureView, VIEW_WORDS } from "../graph/render/GraphPane.tsx";
import { viewFor } from "../lesson/step-progress.ts";
import { PlanPane } from "../plan/PlanPane.tsx";
import css from "./LabPage.module.css";

type Shown = PictureView | "files" | "plan";

const STAGES: Record<Shown, { title: string; Icon: typeof Boxes }> = {
  namespaces: { title: VIEW_WORDS.namespaces.title, Icon: Boxes },
  cgroups: { title: VIEW_WORDS.cgroups.title, Icon: Gauge },
  mounts: { title: VIEW_WORDS.mounts.title, Icon: HardDrive },
  files: { title: "Files", Icon: FileText },
  plan: { title: "Plan", Icon: ListOrdered },
};

export interface StageProps {
  lab: LabDetail;
  /** The step on screen. */
  step: LabDetail["steps"][number];
  /** Node that the lesson points at. */
  pointedAt: NodeId | undefined;
  /** Nodes that the step's checks look at. */
  looksAt: readonly NodeId[];
}

export function Stage({ lab, step, pointedAt, looksAt }: StageProps) {
  const machine = useRequest("machine", api.machine);
  const [toolbar, setToolbar] = useState<HTMLElement | null>(null);
  const suggested = viewFor(step);
  const [stage, setStage] = useState<Shown>(suggested);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new step begins with the view that fits it
  useEffect(() => setStage(suggested), [step.id, suggested]);
  const files = useMemo(() => [...new Set(lab.steps.flatMap((each) => each.editable))], [lab]);
  const config = files.find((path) => path.split("/").at(-1) === "config.json");
  const stages: Shown[] = ["namespaces", "cgroups", "mounts"];
  if (files.length > 0) stages.push("files");
  if (config) stages.push("plan");

  return (
    <section className={css.stage} data-pane="Picture" aria-label="Picture">
      <div className={css.stageBar}>
        <div className={css.stages} role="tablist" aria-label="What to look at">
          {stages.map((each) => (
            <StageTab key={each} stage={each} current={stage} onChoose={setStage} />
          ))}
        </div>
        <div ref={setToolbar} className={css.toolbar} />
      </div>
      <div className={css.stageBody}>
        {stage !== "files" && stage !== "plan" && (
          <GraphPane
            lab={lab.id}
            workDir={lab.workDir}
            view={stage}
            onView={setStage}
            toolbar={toolbar}
            pointedAt={pointedAt}
            looksAt={looksAt}
            machine={machine.value}
          />
        )}
        {stage === "files" && <FilesPane lab={lab.id} paths={files} />}
        {stage === "plan" && config && <PlanPane lab={lab.id} bundle={config.split("/").slice(0, -1).join("/")} />}
      </div>
    </section>
  );
}

interface StageTabProps {
  stage: Shown;
  current: Shown;
  onChoose(stage: Shown): void;
}

function StageTab({ stage, current, onChoose }: StageTabProps) {
  const { title, Icon } = STAGES[stage];
  return (
    <button
      type="button"
      role="tab"
      aria-selected={current === stage}
      data-pane-start={current === stage ? "" : undefined}
      className={stage === "files" ? css.apart : ""}
      onClick={() => onChoose(stage)}
    >
      <Icon size={14} aria-hidden />
      {title}
    </button>
  );
}
