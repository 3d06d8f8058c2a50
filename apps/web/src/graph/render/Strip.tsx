/** The line under the picture: what happened last, in words, and the folded rest of the machine. */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import Link from "next/link";
import { useEffect, useMemo, useState } from "react";
import type { Happening } from "../model/graph.ts";
import { restOfMachine } from "../model/selection.ts";
import { counted } from "../model/wording.ts";
import css from "./GraphPane.module.css";

/** Screen readers hear at most one sentence in this time: a fork bomb must not talk for minutes. */
const READ_EVERY_MS = 1500;

export function Happenings({ history, lab }: { history: readonly Happening[]; lab: string }) {
  const here = useMemo(() => history.filter((each) => each.lab === undefined || each.lab === lab), [history, lab]);
  const latest = here.at(-1);
  const [read, setRead] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setRead(latest?.text ?? ""), READ_EVERY_MS);
    return () => clearTimeout(timer);
  }, [latest]);
  return (
    <div
      className={css.latest}
      title={here
        .slice(-8)
        .map((each) => each.text)
        .join("\n")}
    >
      {latest ? (
        <>
          <b>Just now</b>
          {latest.text}
        </>
      ) : (
        "What happens in the kernel is told here as it happens."
      )}
      <span className="visually-hidden" aria-live="polite">
        {read}
      </span>
    </div>
  );
}

export function RestOfMachine({ nodes, lab }: { nodes: ReadonlyMap<NodeId, GraphNode>; lab: string }) {
  const [open, setOpen] = useState(false);
  const rest = useMemo(() => restOfMachine(nodes, lab), [nodes, lab]);
  const byCommand = useMemo(() => {
    const counts = new Map<string, number>();
    for (const process of rest.processes) counts.set(process.comm, (counts.get(process.comm) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }, [rest]);
  return (
    <div className={css.rest}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        Rest of the machine: {counted(rest.processes.length, "process", "processes")},{" "}
        {counted(rest.namespaces.length, "namespace")}
      </button>
      {open && (
        <section className={css.restList} aria-label="Rest of the machine">
          <p>
            Not made by you: {counted(rest.processes.length, "process", "processes")},{" "}
            {counted(rest.namespaces.length, "namespace")}, {counted(rest.cgroups.length, "cgroup")},{" "}
            {counted(rest.mounts.length, "mount")}.
          </p>
          <ul className={css.chips}>
            {byCommand.map(([command, count]) => (
              <li key={command}>{count > 1 ? `${command} × ${count}` : command}</li>
            ))}
          </ul>
          <Link href="/explorer/">See all of it in the explorer</Link>
        </section>
      )}
    </div>
  );
}
