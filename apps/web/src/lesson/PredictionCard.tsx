/** The question before the doing. Choosing costs nothing; then it says why. The choice is remembered for the step. */
import type { Prediction } from "@glassbox/protocol";
import { Check, X } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { preference, setPreference } from "../chrome/preferences.ts";
import css from "./Lesson.module.css";

export function PredictionCard({ prediction, remember }: { prediction: Prediction; remember: string }) {
  const [chosen, setChosen] = useState<number>();
  const id = useId();
  useEffect(() => {
    const before = preference(`prediction:${remember}`);
    setChosen(before === undefined ? undefined : Number(before));
  }, [remember]);
  const choose = (index: number) => {
    setChosen(index);
    setPreference(`prediction:${remember}`, String(index));
  };
  const answered = chosen !== undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons, not form fields
    <div className={css.prediction} role="group" aria-labelledby={id}>
      <p id={id} className={css.question}>
        {prediction.question}
      </p>
      <div className={css.choices}>
        {prediction.choices.map((choice, index) => {
          const right = index === prediction.answer;
          const look = !answered ? "" : right ? css.right : index === chosen ? css.wrong : css.other;
          return (
            <button
              key={choice}
              type="button"
              className={`${css.choice} ${look}`}
              aria-pressed={chosen === index}
              disabled={answered && index !== chosen && !right}
              onClick={() => choose(index)}
            >
              <span className={css.letter}>
                {answered && right ? (
                  <Check size={14} aria-label="Right" />
                ) : answered && index === chosen ? (
                  <X size={14} aria-label="Not so" />
                ) : (
                  String.fromCharCode(65 + index)
                )}
              </span>
              {choice}
            </button>
          );
        })}
      </div>
      <div aria-live="polite">
        {answered && (
          <p className={css.because}>
            <b>{chosen === prediction.answer ? "Yes." : "Not quite."}</b> {prediction.because}
          </p>
        )}
      </div>
    </div>
  );
}
