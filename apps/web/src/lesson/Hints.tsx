/** Help in small portions: hints that fit what the kernel shows now, one more at each press, at the very end the solution. */
import { Lightbulb } from "lucide-react";
import { useEffect, useState } from "react";
import { api, RequestError } from "../connection/api.ts";
import css from "./Lesson.module.css";
import { type CommandActions, LessonText } from "./LessonText.tsx";

export interface HintsProps {
  lab: string;
  step: string;
  hints: readonly string[];
  actions: CommandActions;
}

export function Hints({ lab, step, hints, actions }: HintsProps) {
  const [shown, setShown] = useState(0);
  const [solution, setSolution] = useState<string[]>();
  const [problem, setProblem] = useState<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step begins with nothing shown
  useEffect(() => {
    setShown(0);
    setSolution(undefined);
    setProblem(undefined);
  }, [lab, step]);
  const more = shown < hints.length;
  const showSolution = async () => {
    try {
      setSolution((await api.solution(lab, step)).commands);
    } catch (error) {
      setProblem(error instanceof RequestError ? error.message : String(error));
    }
  };
  return (
    <section className={css.hints} aria-label="Help">
      <div aria-live="polite">
        {hints.slice(0, shown).map((hint) => (
          <div key={hint} className={css.hint}>
            <Lightbulb size={15} aria-hidden />
            <LessonText markdown={hint} actions={actions} />
          </div>
        ))}
        {solution && (
          <div className={css.hint}>
            <Lightbulb size={15} aria-hidden />
            <div>
              <p>These commands do it. Read them before you run them:</p>
              <LessonText markdown={`\`\`\`sh run\n${solution.join("\n")}\n\`\`\``} actions={actions} />
            </div>
          </div>
        )}
        {problem && <p className={css.problem}>{problem}</p>}
      </div>
      {more && (
        <button type="button" className="button small" onClick={() => setShown(shown + 1)}>
          <Lightbulb size={14} aria-hidden />
          {shown === 0 ? "Give me a hint" : `Another hint (${shown} of ${hints.length})`}
        </button>
      )}
      {!more && !solution && (
        <button type="button" className="button small" onClick={showSolution}>
          Show the solution
        </button>
      )}
    </section>
  );
}
