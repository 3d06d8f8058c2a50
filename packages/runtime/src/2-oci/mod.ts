/** What the apps may use of the OCI runtime: plans to show, states to list, a container to run without the `glassrun` program. */
export type { ContainerPlan } from "./plan/container.ts";
export { type PlanBundleOptions, planBundle } from "./plan-bundle.ts";
export { type RunContainerOptions, runContainer } from "./run-container.ts";
export { type Bundle, readBundle } from "./spec/bundle.ts";
export type { Config } from "./spec/config.ts";
export { defaultConfig } from "./spec/default-config.ts";
export type { Problem } from "./spec/shape.ts";
export { configProblems, validateConfig } from "./spec/validate.ts";
export type { ContainerState, ContainerStatus } from "./state/container-state.ts";
export { DEFAULT_ROOT, listContainers } from "./state/store.ts";
