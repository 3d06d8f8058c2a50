/** The table `glassbox doctor` prints. */
import type { MachineInfo } from "@glassbox/protocol";

/** @returns lines without a newline at the end */
export function printAbilities(machine: MachineInfo): string {
  const width = Math.max(...machine.abilities.map(({ title }) => title.length));
  return machine.abilities
    .flatMap(({ title, status, detail, hint }) => {
      const line = `${status.padEnd(7)}  ${title.padEnd(width)}  ${detail}`;
      return hint ? [line, `${"".padEnd(9 + width)}  -> ${hint}`] : [line];
    })
    .join("\n");
}
