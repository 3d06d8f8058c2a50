/** A request's answer as React state: loading, failed with a reason, or there. */
import { useCallback, useEffect, useRef, useState } from "react";
import { RequestError } from "./api.ts";

export interface Requested<T> {
  value: T | undefined;
  error: RequestError | undefined;
  /** Asks again; keeps the old value meanwhile. */
  reload: () => void;
}

/** Asks once, and again when `key` changes. Answers to older asks are dropped. */
export function useRequest<T>(key: string, ask: () => Promise<T>): Requested<T> {
  const [answer, setAnswer] = useState<{ key: string; value?: T; error?: RequestError }>({ key });
  const latestAsk = useRef(ask);
  latestAsk.current = ask;
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is what asks again
  useEffect(() => {
    let current = true;
    latestAsk.current().then(
      (value) => current && setAnswer({ key, value }),
      (error: unknown) => {
        const problem = error instanceof RequestError ? error : new RequestError(0, String(error));
        if (current) setAnswer((before) => ({ ...(before.key === key ? before : { key }), error: problem }));
      },
    );
    return () => {
      current = false;
    };
  }, [key, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const fresh = answer.key === key ? answer : undefined;
  return { value: fresh?.value, error: fresh?.error, reload };
}
