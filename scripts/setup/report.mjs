/**
 * What the set-up knows of this machine, as JSON for `glassbox doctor`: which packages are missing, and what keeps the
 * lab VM from booting.
 */
import { whyNoVm } from "../vm/why-no-vm.mjs";
import { missingPackages } from "./system-packages.mjs";

const missing = missingPackages(["build", "labs", "vm"]).map(({ name, why }) => ({ name, why }));
console.log(JSON.stringify({ whyNoVm: whyNoVm() ?? null, missing }));
