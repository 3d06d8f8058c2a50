/**
 * What the machine holds that a test could leave behind. Other programs come and go meanwhile, so a process counts when
 * the test run's marker is in its environment, or when it lives in namespaces that are not ours, as a container does; but
 * so do services of systemd, which come and go as well. A cgroup counts when nothing but such processes is in it and below.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** @param {string} marker `NAME=value` in the environment of the test run's processes @returns {Map<string, string>} */
export function takeInventory(marker) {
  const processes = ownProcesses(marker);
  return new Map([
    ...[...processes.values()].map(({ key, words }) => [key, words]),
    ...mounts().map(({ id, type, place }) => [`mount ${id}`, `mount of ${type} at "${place}"`]),
    ...mounts().flatMap(({ type, place }) => (type.startsWith("cgroup") ? ownCgroups(place, processes) : [])),
    ...readdirSync("/sys/class/net").map((name) => [`link ${name}`, `network link "${name}"`]),
  ]);
}

/** @param {string} marker @returns {Map<string, { key: string, words: string }>} by process id */
function ownProcesses(marker) {
  const found = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, , , , , , , , , , , , , , , , , , , started] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") continue; // holds nothing; its parent has yet to notice
      if (!isMarked(pid, marker) && (!isElsewhere(pid) || isService(pid))) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      found.set(pid, { key: `process ${pid} ${started}`, words: `process ${pid} (${command})` });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** @param {string} pid @param {string} marker */
function isMarked(pid, marker) {
  return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(marker);
}

/** @param {string} pid */
function isElsewhere(pid) {
  return ["mnt", "pid", "net", "uts"].some(
    (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) !== readlinkSync(`/proc/self/ns/${kind}`),
  );
}

/** Of a service of systemd in which we are not. @param {string} pid */
function isService(pid) {
  const ours = new Set(servicesOf("self"));
  return servicesOf(pid).some((service) => !ours.has(service));
}

/** @param {string} pid @returns {string[]} */
function servicesOf(pid) {
  return readFileSync(`/proc/${pid}/cgroup`, "utf8").match(/[^/\n]+\.service(?=\/|$)/gm) ?? [];
}

/** man 5 proc_pid_mountinfo @returns {{ id: string, place: string, type: string }[]} */
function mounts() {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n");
  return lines.map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [id = "", , , , place = ""] = before.split(" ");
    return { id, place, type: after.split(" ")[0] ?? "" };
  });
}

/** @param {string} place @param {Map<string, unknown>} processes @returns {[string, string][]} */
function ownCgroups(place, processes) {
  return directoriesBelow(place)
    .filter((directory) =>
      [directory, ...directoriesBelow(directory)].flatMap(processesIn).every((pid) => processes.has(pid)),
    )
    .map((directory) => [`cgroup ${directory}`, `cgroup "${directory}"`]);
}

/** @param {string} directory @returns {string[]} */
function directoriesBelow(directory) {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.join(directory, entry.name))
      .flatMap((below) => [below, ...directoriesBelow(below)]);
  } catch {
    return []; // removed while we looked
  }
}

/** @param {string} cgroup @returns {string[]} */
function processesIn(cgroup) {
  try {
    return readFileSync(path.join(cgroup, "cgroup.procs"), "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
