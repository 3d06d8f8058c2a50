/** Tables as runc's users know them: at least twelve columns a cell, three blanks between. */

const MIN_WIDTH = 12;
const PADDING = 3;

export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => {
    const longest = Math.max(...rows.map((row) => (row[column] ?? "").length));
    return Math.max(MIN_WIDTH, longest + PADDING);
  });
  return rows
    .map(
      (row) =>
        `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("")}\n`,
    )
    .join("");
}
