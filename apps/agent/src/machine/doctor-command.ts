/** `glassbox doctor [--json]`: what this machine can do for Glassbox, and why not. */
import { parseArgs } from "node:util";
import { examineMachine, missingNeeds } from "./examine.ts";
import { printAbilities } from "./print-abilities.ts";

export const doctorHelp = `glassbox doctor [--json]

Say what this machine can do for Glassbox and why not. Ends with 0 when Glassbox can run here, with 1 when it cannot.

  --json  the same as JSON, for programs`;

/** @returns the exit code */
export async function doctor(args: string[], agentVersion: string): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(doctorHelp);
    return 0;
  }
  const place = process.env.GLASSBOX_IN_VM ? "vm" : "here";
  const machine = await examineMachine({ place, agentVersion });
  const missing = missingNeeds(machine.abilities);
  if (values.json) console.log(JSON.stringify(machine, null, 2));
  else {
    console.log(printAbilities(machine));
    const cannot = `Glassbox cannot run here without: ${missing.join(", ")}. npm start -- --vm may still work.`;
    console.log(missing.length === 0 ? "\nGlassbox can run here." : `\n${cannot}`);
  }
  return missing.length === 0 ? 0 : 1;
}
