/** What others may use of the OCI runtime: a plan to show, a container to run without the `glassrun` program. */
export type { ContainerPlan } from "./plan/container.ts";
export { type PlanBundleOptions, planBundle } from "./plan-bundle.ts";
export { type RunContainerOptions, runContainer } from "./run-container.ts";
