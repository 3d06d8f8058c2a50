/** The mark: a pane of glass seen at an angle, something alive inside. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <path
        d="M16 3 28 9.5v13L16 29 4 22.5v-13z"
        fill="var(--glass)"
        stroke="var(--accent)"
        strokeWidth="1.8"
        strokeLinejoin="round"
      />
      <path
        d="M4 9.5 16 16l12-6.5M16 16v13"
        stroke="var(--accent)"
        strokeWidth="1.2"
        strokeLinejoin="round"
        opacity=".55"
      />
      <circle cx="16" cy="16" r="3.6" fill="var(--accent)" />
    </svg>
  );
}
