/** Draws cgroups as laid out: nested boxes with a meter for each thing the kernel counts, and the processes inside. */
import * as d3 from "d3";
import { Cpu, MemoryStick, Rows3, Snowflake } from "lucide-react";
import { BOX, type CgroupScene, CHIPS_MAX, type Meter, type PlacedGroup } from "../layout/cgroup-layout.ts";
import type { CgroupGroup } from "../model/cgroup-tree.ts";
import { bytesInWords, clipped, counted, shortCommandOf, shortened } from "../model/wording.ts";
import { NodeHandle } from "./NodeHandle.tsx";
import css from "./Picture.module.css";

/** A meter without a limit shows use against this, so that it moves at all: what a small program may take. */
const UNLIMITED_SCALE = { memory: 256 * 1024 * 1024, pids: 64, cpu: 1 };

export function CgroupView({ scene }: { scene: CgroupScene }) {
  return scene.groups.map((placed) => <Group key={placed.group.key} placed={placed} />);
}

function Group({ placed }: { placed: PlacedGroup }) {
  const { group, x, y, width, height, meters, chipsY } = placed;
  const first = group.parts[0];
  if (!first) return null;
  const hidden = group.members.length - CHIPS_MAX;
  return (
    <g>
      <NodeHandle id={first.id} label={groupLabel(group, meters)} x={x} y={y}>
        <title>{group.key}</title>
        <rect
          className={`${css.glass} ${css.face}`}
          style={{ fill: "var(--glass)" }}
          width={width}
          height={height}
          rx={14}
        />
        <text x={BOX.padding} y={26} className={css.title}>
          {shortened(group.name, 30)}
        </text>
        <text x={BOX.width - BOX.padding} y={26} textAnchor="end" className={css.detail}>
          {group.members.length > 0 && counted(group.members.length, "process", "processes")}
        </text>
        {group.frozen && <Snowflake x={BOX.width - 110} y={14} size={14} color="var(--pid)" aria-label="frozen" />}
        {meters.map((meter, index) => (
          <MeterRow key={meter.controller} meter={meter} group={group} y={BOX.head + index * BOX.meter} />
        ))}
      </NodeHandle>
      {group.members.slice(0, hidden === 1 ? CHIPS_MAX + 1 : CHIPS_MAX).map((process, index) => (
        <NodeHandle
          key={process.id}
          id={process.id}
          label={`Process ${process.pid}, ${process.comm}`}
          x={x + BOX.padding + (index % BOX.chip.perRow) * (BOX.chip.width + BOX.chip.gap)}
          y={y + chipsY + Math.floor(index / BOX.chip.perRow) * (BOX.chip.height + BOX.chip.gap)}
        >
          <rect className={css.face} width={BOX.chip.width} height={BOX.chip.height} rx={7} />
          <text x={9} y={18} className={css.path}>
            {clipped(`${process.pid} ${shortCommandOf(process)}`, 18)}
          </text>
        </NodeHandle>
      ))}
      {hidden > 1 && (
        <text
          x={x + BOX.padding + 2}
          y={y + chipsY + (CHIPS_MAX / BOX.chip.perRow) * (BOX.chip.height + BOX.chip.gap) + 18}
          className={css.detail}
        >
          and {hidden} more
        </text>
      )}
    </g>
  );
}

function MeterRow({ meter, group, y }: { meter: Meter; group: CgroupGroup; y: number }) {
  const Icon = { memory: MemoryStick, pids: Rows3, cpu: Cpu }[meter.controller];
  const width = BOX.width - 2 * BOX.padding;
  const scale = d3.scaleLinear([0, meter.limit ?? UNLIMITED_SCALE[meter.controller]], [0, width]).clamp(true);
  const used = meter.used === undefined ? 0 : scale(meter.used);
  const full = meter.limit !== undefined && (meter.used ?? 0) >= meter.limit * 0.95;
  const trouble = troubleOf(meter, group);
  return (
    <g transform={`translate(${BOX.padding} ${y})`}>
      <Icon y={1} size={13} color="var(--ink-3)" aria-hidden />
      <text x={20} y={12} className={css.detail}>
        {meterText(meter)}
      </text>
      {trouble && (
        <text x={width} y={12} textAnchor="end" className={`${css.detail} ${css.trouble}`}>
          {trouble}
        </text>
      )}
      <rect className={css.track} y={21} width={width} height={8} rx={4} />
      <rect
        className={`${css.bar} ${full ? css.barFull : ""}`}
        y={21}
        width={Math.max(used > 0 ? 4 : 0, used)}
        height={8}
        rx={4}
      />
      {meter.limit !== undefined && <rect x={width - 2} y={18} width={2} height={14} rx={1} fill="var(--ink-2)" />}
    </g>
  );
}

function meterText({ controller, used, limit }: Meter): string {
  if (controller === "memory") {
    const now = used === undefined ? "Memory" : `Memory ${bytesInWords(used)}`;
    return limit === undefined ? `${now}, no limit` : `${now} of ${bytesInWords(limit)}`;
  }
  if (controller === "pids")
    return limit === undefined ? `Processes ${used ?? 0}, no limit` : `Processes ${used ?? 0} of ${limit}`;
  const now = used === undefined ? "CPU" : `CPU ${Math.round(used * 100)} %`;
  return limit === undefined ? `${now}, no limit` : `${now}, at most ${Math.round(limit * 100)} % of one`;
}

/** What the limit has done to those inside, when it has. */
function troubleOf({ controller }: Meter, { usage }: CgroupGroup): string | undefined {
  if (controller === "memory" && usage.oomKillCount) return `killed ${usage.oomKillCount} for memory`;
  if (controller === "pids" && usage.pidsMaxHits) return `refused ${usage.pidsMaxHits}`;
  if (controller === "cpu" && usage.throttledCount) return `held back ${usage.throttledCount} times`;
  return undefined;
}

function groupLabel(group: CgroupGroup, meters: readonly Meter[]): string {
  return [`Cgroup ${group.name}`, counted(group.members.length, "process", "processes"), ...meters.map(meterText)].join(
    ", ",
  );
}
