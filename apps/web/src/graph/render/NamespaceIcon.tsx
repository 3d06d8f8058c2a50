/** One shape for each namespace type; the colour repeats what the shape says. */
import type { NamespaceType } from "@glassbox/protocol";
import { Clock, Gauge, HardDrive, Hash, type LucideProps, MessagesSquare, Network, Tag, UserRound } from "lucide-react";

const SHAPES = {
  mnt: HardDrive,
  uts: Tag,
  ipc: MessagesSquare,
  pid: Hash,
  net: Network,
  user: UserRound,
  cgroup: Gauge,
  time: Clock,
} as const;

export function NamespaceIcon({ type, ...props }: { type: NamespaceType } & LucideProps) {
  const Shape = SHAPES[type];
  return <Shape color={`var(--${type})`} aria-hidden {...props} />;
}
