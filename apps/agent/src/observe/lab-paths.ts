/**
 * How a path tells which lab something belongs to: labs work under `/var/lib/glassbox/lab/LAB` and in cgroups named
 * `glassbox/LAB`, wherever the hierarchy puts `glassbox`.
 */

/** Where labs keep their working directories, unless the agent was given another data directory. */
export const LAB_ROOT = "/var/lib/glassbox/lab";

/** The lab whose working directory holds `path`. */
export function labOfPath(path: string, labRoot: string): string | undefined {
  if (!path.startsWith(`${labRoot}/`)) return undefined;
  return path.slice(labRoot.length + 1).split("/")[0] || undefined;
}

/** The lab whose cgroup is `path` or above it. */
export function labOfCgroup(path: string): string | undefined {
  return /(?:^|\/)glassbox\/([^/]+)/.exec(path)?.[1];
}

/** Whether the cgroup is one Glassbox keeps its labs in. */
export function isGlassboxCgroup(path: string): boolean {
  return /(?:^|\/)glassbox$/.test(path);
}
