/**
 * In the place of each of Node's modules that is for programs which wait for several things at once. Whoever loads one needs
 * the larger planner, and becomes it.
 */
import { becomeLargePlanner } from "./system.ts";

becomeLargePlanner("way to start programs");

const never = undefined as never;

export {
  never as execFileSync,
  never as once,
  never as spawn,
  never as spawnSync,
  never as StringDecoder,
  never as tmpdir,
};
