/** The three buttons every picture has, for those without a wheel. The keys they stand for are in `zoom-keys.ts`. */
"use client";
import { Maximize2, Minus, Plus } from "lucide-react";
import { FARTHER, NEARER } from "./zoom-keys.ts";

export function ZoomButtons({ onScale, onFit }: { onScale(by: number): void; onFit(): void }) {
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Zoom in"
        title="Zoom in (+)"
        onClick={() => onScale(NEARER)}
      >
        <Plus size={15} aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Zoom out"
        title="Zoom out (-)"
        onClick={() => onScale(FARTHER)}
      >
        <Minus size={15} aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Fit everything"
        title="Fit everything (0)"
        onClick={onFit}
      >
        <Maximize2 size={14} aria-hidden />
      </button>
    </>
  );
}
