/**
 * The container's own view of its cgroups. v2 has one tree to mount. v1 has one a controller, laid out in a tmpfs, each
 * mounted afresh in a cgroup namespace (whose root is then the container's own group) or bound from the host's.
 */
import { basename, isAbsolute, join, resolve } from "node:path";
import { type MountFlag, mkdirat, mount, type Op, result, symlinkat } from "../../1-kernel/mod.ts";
import type { Mount } from "../spec/config.ts";
import { type MountOptions, parseMountOptions } from "./mount-options.ts";
import { fdPath, openDirectory, openInRoot } from "./paths.ts";
import { namespaceOf, type Planning } from "./planning.ts";
import { planPropagation } from "./propagation.ts";

export function planCgroupMount(planning: Planning, entry: Mount, options: MountOptions, index: number): Op[] {
  const from = `/mounts/${index}`;
  const { destination } = entry;
  const target = openDirectory(planning, destination, {
    why: `Open "${destination}", where the container will see its cgroups`,
    from: `${from}/destination`,
    mountIndex: index,
  });
  const private_ = namespaceOf(planning, "cgroup") !== undefined;
  const places = planning.facts.cgroups.map(({ place }) => place);
  if (planning.facts.cgroupMode === "v2") {
    const [place] = places;
    const isFresh = private_ && !isThereAlready(planning, destination, index);
    const how: { source: string; flags: MountFlag[]; type?: string } = isFresh
      ? { source: "cgroup", type: "cgroup2", flags: options.flags }
      : { source: place?.directory ?? "/sys/fs/cgroup", flags: ["MS_BIND", "MS_REC"] };
    const attach = mount(
      { ...how, target: fdPath(target.fd) },
      { why: "Show the container its own group and those below it", from },
    );
    const restrict = isFresh ? [] : planBoundReadOnly(planning, destination, options, from);
    return [...target.ops, attach, ...restrict, ...planPropagation(planning, destination, options, index)];
  }
  const writable = options.flags.filter((flag) => flag !== "MS_RDONLY");
  const laidOut = openInRoot(planning, destination, ["O_PATH", "O_DIRECTORY"], {
    why: "Open it, as it is now: empty",
    from,
  });
  const ops: Op[] = [
    ...target.ops,
    mount(
      { source: "tmpfs", target: fdPath(target.fd), type: "tmpfs", flags: writable, data: "mode=755" },
      { why: "v1 has a tree for each controller: lay them out side by side in here", from },
    ),
    ...laidOut.ops,
  ];
  for (const place of places) {
    const name = basename(place.mountPoint);
    const directory = `${destination}/${name}`;
    const inside = openInRoot(planning, directory, ["O_PATH", "O_DIRECTORY"], { why: `Open "${directory}"`, from });
    const named = place.controllers.join(",");
    const flags: MountFlag[] = private_ ? options.flags : ["MS_BIND", "MS_REC"];
    const attach = private_
      ? mount(
          {
            source: "cgroup",
            target: fdPath(inside.fd),
            type: "cgroup",
            flags,
            data: named.startsWith("name=") ? `none,${named}` : named,
          },
          { why: `Show the container its own group in the ${named} tree`, from },
        )
      : mount(
          { source: place.directory, target: fdPath(inside.fd), flags },
          { why: `Show the container its own group in the ${named} tree`, from },
        );
    const restrict = private_ ? [] : planBoundReadOnly(planning, directory, options, from);
    ops.push(
      mkdirat(
        { directory: result(laidOut.fd), path: name, mode: 0o755 },
        { why: `Make the directory "${directory}"`, from },
      ),
      ...inside.ops,
      attach,
      ...restrict,
      ...planAliases({ parent: laidOut.fd, directory, controllers: place.controllers, from }),
    );
  }
  return [
    ...ops,
    ...planBoundReadOnly(planning, destination, options, from),
    ...planPropagation(planning, destination, options, index),
  ];
}

/**
 * With the whole of the host's /sys, which is what one has who may mount no sysfs, comes v2's tree; and the kernel does
 * not mount a file system over itself (EBUSY).
 */
function isThereAlready({ config, facts }: Planning, destination: string, index: number): boolean {
  const mountPoint = facts.cgroups[0]?.place.mountPoint ?? "/sys/fs/cgroup";
  return (config.mounts ?? []).slice(0, index).some((earlier) => {
    const { source = "", destination: above, options = [] } = earlier;
    if (parseMountOptions(options).bind !== "rbind" || !isAbsolute(source)) return false;
    const prefix = resolve(source) === "/" ? "" : resolve(source);
    if (!`${mountPoint}/`.startsWith(`${prefix}/`)) return false;
    return join(resolve(above), mountPoint.slice(prefix.length)) === resolve(destination);
  });
}

/** `cpu` and `cpuacct` beside a tree mounted as `cpu,cpuacct`, as on the host. */
function planAliases(tree: { parent: string; directory: string; controllers: string[]; from: string }): Op[] {
  if (tree.controllers.length < 2) return [];
  return tree.controllers.map((name) =>
    symlinkat(
      { target: basename(tree.directory), directory: result(tree.parent), path: name },
      { why: `Let the tree be found as "${name}" too`, from: tree.from, allow: ["EEXIST"] },
    ),
  );
}

function planBoundReadOnly(planning: Planning, path: string, options: MountOptions, from: string): Op[] {
  if (!options.flags.includes("MS_RDONLY")) return [];
  const opened = openInRoot(planning, path, ["O_PATH"], { why: `Open the new mount at "${path}"`, from });
  const flags: MountFlag[] = ["MS_REMOUNT", "MS_BIND", ...options.flags];
  const why = "Let the container look at its limits but not change them";
  return [...opened.ops, mount({ target: fdPath(opened.fd), flags }, { why, from: `${from}/options` })];
}
