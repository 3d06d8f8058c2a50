/**
 * A container is a list of system calls: this shows the list `glassrun` would perform for the lab's bundle, why each
 * call is there, and the field of config.json that asked for it. Pointing works both ways.
 */
"use client";
import type { PlanView } from "@glassbox/protocol";
import { RefreshCw } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { api } from "../connection/api.ts";
import { useRequest } from "../connection/use-request.ts";
import { type LineRange, linesOfField } from "./field-lines.ts";
import css from "./PlanPane.module.css";

/** How often config.json is looked at; a changed one brings a new plan. */
const REREAD_MS = 2500;

export interface PlanPaneProps {
  lab: string;
  /** Directory of config.json in the lab's directory. */
  bundle: string;
}

export function PlanPane({ lab, bundle }: PlanPaneProps) {
  const configPath = bundle === "" ? "config.json" : `${bundle}/config.json`;
  const config = useRequest(`${lab} ${configPath}`, () => api.readFile(lab, configPath));
  const revision = config.value?.revision ?? "";
  const plan = useRequest(`${lab} ${bundle} ${revision}`, () => api.plan(lab, bundle));
  const [shown, setShown] = useState<PlanView>();
  const [field, setField] = useState<string>();
  const { reload } = config;
  useEffect(() => {
    if (plan.value) setShown(plan.value);
  }, [plan.value]);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), REREAD_MS);
    return () => clearInterval(timer);
  }, [reload]);

  const text = config.value?.text ?? "";
  const problem = plan.error ?? config.error;
  if (!shown && config.error?.status === 404) {
    return (
      <div className={css.message}>
        <p>{configPath} does not exist yet. The plan appears here as soon as it does.</p>
        <p className={css.hint}>In the bundle's directory, "glassrun spec" writes one to start from.</p>
      </div>
    );
  }
  if (!shown) {
    return (
      <div className={css.message}>
        <p>{problem ? problem.message : "Planning"}</p>
        {problem?.hint && <p className={css.hint}>{problem.hint}</p>}
        {problem && (
          <button type="button" className="button small" onClick={plan.reload}>
            <RefreshCw size={14} aria-hidden />
            Try again
          </button>
        )}
      </div>
    );
  }
  return (
    <div className={css.pane}>
      {problem && (
        <p className={css.problem} role="status">
          {problem.message}. Below is the last plan that could be made.
        </p>
      )}
      <div className={css.columns}>
        <Calls plan={shown} field={field} onField={setField} />
        <Config text={text} plan={shown} field={field} onField={setField} />
      </div>
    </div>
  );
}

interface SideProps {
  plan: PlanView;
  field: string | undefined;
  onField(field: string | undefined): void;
}

function Calls({ plan, field, onField }: SideProps) {
  const list = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another field means another call to bring into view
  useEffect(() => {
    // Pointed at from the other side: show the first call that field asked for. Never scroll under a pointer.
    if (list.current?.matches(":hover, :focus-within")) return;
    const first = list.current?.querySelector<HTMLElement>(`.${css.lit}`);
    if (first) list.current?.scrollTo({ top: first.offsetTop - 60 });
  }, [field]);
  const [wanted, setWanted] = useState("");
  const isWanted = ({ text, why, from }: { text: string; why: string; from?: string | undefined }) =>
    `${text} ${why} ${from ?? ""}`.toLowerCase().includes(wanted);
  const total = plan.programs.reduce((sum, program) => sum + program.ops.length, 0);
  return (
    <section className={css.calls} aria-label="System calls" ref={list}>
      <div className={css.head}>
        <h3>{total} system calls, in this order</h3>
        <input
          type="search"
          className={css.find}
          aria-label="Find a call, a reason or a field"
          placeholder="Find a call"
          value={wanted}
          onChange={(event) => setWanted(event.target.value.toLowerCase())}
        />
      </div>
      {plan.programs.map((program) => (
        <div key={program.name}>
          {plan.programs.length > 1 && <h4 className={css.program}>{program.name}</h4>}
          <ol>
            {program.ops.map((op, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the plan is a list, and its place in it is what a call is
              <li key={index} hidden={!isWanted(op)}>
                <button
                  type="button"
                  data-number={index + 1}
                  className={op.from !== undefined && op.from === field ? css.lit : ""}
                  onMouseEnter={() => onField(op.from)}
                  onFocus={() => onField(op.from)}
                  onClick={() => onField(op.from)}
                >
                  <code>{op.text}</code>
                  <span>{op.why}</span>
                  {op.from !== undefined && <small>{op.from}</small>}
                </button>
              </li>
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

function Config({ text, plan, field, onField }: SideProps & { text: string }) {
  const list = useRef<HTMLElement>(null);
  const lines = useMemo(() => text.split("\n"), [text]);
  const fields = useMemo(() => fieldOfEachLine(text, lines.length, plan), [text, lines.length, plan]);
  const lit = useMemo(() => (field === undefined ? undefined : linesOfField(text, field)), [text, field]);
  useEffect(() => {
    // Only this column is scrolled: scrollIntoView would move the page as well.
    const line = lit && list.current?.querySelector<HTMLElement>(`[data-line="${lit.first}"]`);
    if (!line || !list.current) return;
    const { scrollTop, clientHeight } = list.current;
    if (line.offsetTop < scrollTop || line.offsetTop > scrollTop + clientHeight - 60) {
      list.current.scrollTo({ top: line.offsetTop - clientHeight / 3, behavior: "smooth" });
    }
  }, [lit]);
  return (
    <section className={css.config} aria-label="config.json" ref={list}>
      <h3 className={css.head}>config.json asks for them</h3>
      <pre>
        {lines.map((line, index) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list of calls offers the same by keyboard
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
            key={index}
            data-line={index}
            className={`${fields[index] !== undefined ? css.asks : ""} ${lit && index >= lit.first && index <= lit.last ? css.litLine : ""}`}
            onMouseEnter={() => fields[index] !== undefined && onField(fields[index])}
          >
            {coloured(line)}
          </div>
        ))}
      </pre>
    </section>
  );
}

/** The most precise field that some call comes from, for each line. */
function fieldOfEachLine(text: string, lineCount: number, plan: PlanView): (string | undefined)[] {
  const fields = new Set(plan.programs.flatMap((program) => program.ops.flatMap((op) => op.from ?? [])));
  const best: ({ field: string; range: LineRange } | undefined)[] = Array.from({ length: lineCount });
  for (const field of fields) {
    const range = linesOfField(text, field);
    if (!range) continue;
    for (let line = range.first; line <= range.last; line += 1) {
      const before = best[line];
      if (!before || range.last - range.first < before.range.last - before.range.first) best[line] = { field, range };
    }
  }
  return best.map((each) => each?.field);
}

/** Names, strings and numbers in their own ink; enough to read JSON by. */
function coloured(line: string) {
  const parts = line.split(/("(?:[^"\\]|\\.)*"\s*:?)/g);
  return parts.map((part, index) => {
    const look = part.startsWith('"') ? (part.trimEnd().endsWith(":") ? css.name : css.string) : css.rest;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one line, in their order
      <span key={index} className={look}>
        {part}
      </span>
    );
  });
}
