/** The ids of `packages/protocol/src/graph.ts`, one function a kind, so that their forms are written once. */
import type { NodeId } from "@glassbox/protocol";

export function processId(process: { pid: number; startTimeTicks: number }): NodeId {
  return `proc:${process.pid}@${process.startTimeTicks}`;
}

export function namespaceId(type: string, inode: number): NodeId {
  return `ns:${type}:${inode}`;
}

export function cgroupId(hierarchy: string, inode: number): NodeId {
  return `cgroup:${hierarchy}:${inode}`;
}

export function mountId(namespace: number, mount: number): NodeId {
  return `mount:${namespace}:${mount}`;
}

export function containerId(runtime: string, id: string): NodeId {
  return `container:${runtime}:${id}`;
}
