/**
 * A probe asks this machine one question and answers with one line of `glassbox doctor`. It tries the thing itself where
 * it can, since what a kernel was built with, what it allows and what works are three different matters.
 */
import type { Ability } from "@glassbox/protocol";

export interface Probe {
  id: string;
  title: string;
  /** Without it Glassbox cannot run in place. */
  needed: boolean;
  /** Leaves nothing behind. What it throws counts as "no". */
  look(signal: AbortSignal): Promise<Finding>;
}

export type Finding = Pick<Ability, "status" | "detail" | "hint">;
