/** The idea in one drawing: panes of glass around a process, each pane one thing the kernel makes its own. */
const PANES = [
  { x: 0, y: 0, width: 400, height: 236, label: "this machine" },
  { x: 62, y: 44, width: 322, height: 176, label: "its own hostname" },
  { x: 116, y: 86, width: 254, height: 120, label: "its own process numbers" },
  { x: 170, y: 126, width: 186, height: 66, label: "" },
];

export function GlassHero() {
  return (
    <svg
      viewBox="-2 -2 404 240"
      width="404"
      height="240"
      role="img"
      aria-label="A process inside nested panes of glass"
    >
      {PANES.map(({ x, y, width, height, label }, index) => (
        <g key={x}>
          <rect
            x={x}
            y={y}
            width={width}
            height={height}
            rx={13}
            fill="var(--glass)"
            stroke={index === 0 ? "var(--line-2)" : "var(--glass-edge)"}
            strokeWidth={1.4}
          />
          <path
            d={`M${x + 3} ${y + height - 22}V${y + 14}Q${x + 3} ${y + 3} ${x + 14} ${y + 3}H${x + width * 0.6}`}
            fill="none"
            stroke="var(--glass-shine)"
            strokeWidth={1.6}
            strokeLinecap="round"
          />
          <text x={x + 16} y={y + 27} fill="var(--ink-3)" fontSize={13} fontFamily="var(--sans)" fontWeight={520}>
            {label}
          </text>
        </g>
      ))}
      <circle cx={198} cy={159} r={7} fill="var(--accent)" />
      <circle cx={198} cy={159} r={13} fill="none" stroke="var(--accent)" strokeOpacity={0.35} strokeWidth={2} />
      <text x={224} y={155} fill="var(--ink)" fontSize={13.5} fontFamily="var(--mono)" fontWeight={600}>
        sh
      </text>
      <text x={224} y={173} fill="var(--ink-3)" fontSize={12} fontFamily="var(--sans)">
        thinks it is number 1
      </text>
    </svg>
  );
}
