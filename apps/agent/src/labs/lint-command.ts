/**
 * `npx tsx apps/agent/src/labs/lint-command.ts labs`: reads every lab as the agent would, for both cgroup versions, and
 * prints one line a mistake with file and line. Part of `npm run check`, so a lab that could not be loaded, or that
 * quotes code no longer there, fails the build.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildLab, readLabSources, relativeTo } from "./content/load.ts";
import { formatProblem, type SourceProblem } from "./content/source-problem.ts";
import { drawValues } from "./content/values.ts";

const REPOSITORY = fileURLToPath(new URL("../../../../", import.meta.url));

/** Every mistake below `labsDir`, each once, in the order of files and lines. */
export function lintLabs(labsDir: string, repository: string = REPOSITORY): SourceProblem[] {
  const { sources, problems } = readLabSources(labsDir);
  for (const source of sources) {
    const values = drawValues(source.lab.values);
    for (const cgroup of ["v2", "v1"] as const) {
      const workDir = `/var/lib/glassbox/lab/${source.id}`;
      problems.push(...buildLab(source, { values, cgroup, workDir, repository }).problems);
    }
  }
  const once = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...once.values()].sort((one, other) => one.file.localeCompare(other.file) || one.line - other.line);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const labsDir = resolve(process.argv[2] ?? "labs");
  const problems = relativeTo(process.cwd(), lintLabs(labsDir));
  for (const problem of problems) console.error(formatProblem(problem));
  const count = readLabSources(labsDir).sources.length;
  console.log(
    problems.length === 0 ? `labs: ${count} labs read without a mistake` : `labs: ${problems.length} mistakes`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
