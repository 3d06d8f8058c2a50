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

/** The cgroups between the agent's own and its labs', unless the agent runs beside another. */
export const LAB_CGROUP = "glassbox";

/** An agent beside another has a cgroup of this name around its `glassbox`, so that neither takes the other's labs for its own. */
const OTHER_AGENT = /\/glassbox-at-[^/]*$/;

/**
 * The lab whose cgroup is `path` or above it.
 * @param labCgroup `glassbox`, or for an agent beside another `glassbox-at-NAME/glassbox`
 */
export function labOfCgroup(path: string, labCgroup: string): string | undefined {
  const at = path.indexOf(`/${labCgroup}/`);
  if (at < 0 || OTHER_AGENT.test(path.slice(0, at))) return undefined;
  return path.slice(at + labCgroup.length + 2).split("/")[0] || undefined;
}

/** Whether the cgroup is the one the agent keeps its labs in. */
export function isLabsCgroup(path: string, labCgroup: string): boolean {
  return path.endsWith(`/${labCgroup}`) && !OTHER_AGENT.test(path.slice(0, -labCgroup.length - 1));
}
