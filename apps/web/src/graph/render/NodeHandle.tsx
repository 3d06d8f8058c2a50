/**
 * What every drawn object has in common: it can be pointed at, focused and chosen, has a name for screen readers, and
 * shows for a moment that it is new or changed. Position changes glide; see Picture.module.css.
 */
import type { NodeId } from "@glassbox/protocol";
import type { KeyboardEvent, ReactNode } from "react";
import css from "./Picture.module.css";
import { usePicture } from "./picture-context.ts";

export interface NodeHandleProps {
  id: NodeId;
  /** Read out: kind, name and what matters most. */
  label: string;
  x: number;
  y: number;
  children: ReactNode;
}

export function NodeHandle({ id, label, x, y, children }: NodeHandleProps) {
  const { selected, pointedAt, marks, onSelect, ghost } = usePicture();
  const mark = marks.get(id);
  const classes = [
    css.node,
    selected === id && css.selected,
    pointedAt === id && css.pointedAt,
    mark?.kind === "new" && css.isNew,
    mark?.kind === "changed" && css.isChanged,
    ghost(id) && css.ghost,
  ];
  const choose = () => onSelect(selected === id ? undefined : id);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button element in SVG
    <g
      role="button"
      tabIndex={0}
      aria-label={ghost(id) ? `${label}, gone` : label}
      aria-pressed={selected === id}
      data-node={id}
      className={classes.filter(Boolean).join(" ")}
      style={{ transform: `translate(${x}px, ${y}px)` }}
      onClick={choose}
      onKeyDown={onKey}
    >
      {children}
    </g>
  );
}
