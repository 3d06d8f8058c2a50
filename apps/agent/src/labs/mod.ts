/** What the rest of the agent may use of the labs. */
export { Labs, type LabsOptions } from "./labs.ts";
export { agentGroups } from "./run/lab-cgroups.ts";
export { keyBytes, parseSolveScript, type SolveAction } from "./solve-script.ts";
