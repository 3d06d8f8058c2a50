/** What the explorer shows, and how: words to search for, kinds, whose doing, map or table. */
import type { NodeKind, Origin } from "@glassbox/protocol";
import { Map as MapIcon, Search, Table2 } from "lucide-react";
import { laneOrder } from "../graph/layout/machine-layout.ts";
import { KIND_WORDS } from "../graph/model/words.ts";
import css from "./Explorer.module.css";
import type { Filter } from "./matching.ts";

export type ExplorerView = "map" | "table";

export interface ExplorerBarProps {
  filter: Filter;
  /** Of all objects, shown or not. */
  counts: ReadonlyMap<NodeKind, number>;
  view: ExplorerView;
  onFilter(filter: Filter): void;
  onView(view: ExplorerView): void;
}

const origins: readonly Origin[] = ["learner", "host", "glassbox"];

export function ExplorerBar({ filter, counts, view, onFilter, onView }: ExplorerBarProps) {
  return (
    <div className={css.bar} data-pane="Filter">
      <h1>Explorer</h1>
      <label className={css.search}>
        <Search size={15} aria-hidden />
        <span className="visually-hidden">Search objects</span>
        <input
          type="search"
          placeholder="Name, pid, path"
          value={filter.text}
          onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          data-pane-start
        />
      </label>
      <Chips
        label="Kind"
        all={laneOrder}
        chosen={filter.kinds}
        word={(kind: NodeKind) => `${KIND_WORDS[kind].many} ${counts.get(kind) ?? 0}`}
        onChange={(kinds) => onFilter({ ...filter, kinds })}
      />
      <Chips
        label="Whose"
        all={origins}
        chosen={filter.origins}
        word={(origin: Origin) => ({ learner: "yours", host: "machine", glassbox: "glassbox" })[origin]}
        onChange={(chosen) => onFilter({ ...filter, origins: chosen })}
      />
      <span className={css.grow} />
      <fieldset className={css.view}>
        <legend className="visually-hidden">Show as</legend>
        <button type="button" aria-pressed={view === "map"} onClick={() => onView("map")}>
          <MapIcon size={14} aria-hidden />
          Map
        </button>
        <button type="button" aria-pressed={view === "table"} onClick={() => onView("table")}>
          <Table2 size={14} aria-hidden />
          Table
        </button>
      </fieldset>
    </div>
  );
}

interface ChipsProps<T extends string> {
  label: string;
  all: readonly T[];
  chosen: readonly T[];
  word(each: T): string;
  onChange(chosen: T[]): void;
}

function Chips<T extends string>({ label, all, chosen, word, onChange }: ChipsProps<T>) {
  return (
    <fieldset className={css.chips}>
      <legend className="visually-hidden">{label}</legend>
      {all.map((each) => {
        const on = chosen.includes(each);
        return (
          <button
            key={each}
            type="button"
            aria-pressed={on}
            onClick={() => onChange(on ? chosen.filter((other) => other !== each) : [...chosen, each])}
          >
            {word(each)}
          </button>
        );
      })}
    </fieldset>
  );
}
