/** v1's net_cls and net_prio: mark a group's packets, and set their priority an interface. v2 has neither. */
import type { Controller } from "./limits.ts";

export const netCls: Controller = {
  name: "net_cls",
  v1: ({ network }) =>
    network?.classID === undefined
      ? []
      : [
          {
            file: "net_cls.classid",
            value: String(network.classID),
            why: "Mark this group's packets with a class, for tc and iptables to match",
            from: "/network/classID",
          },
        ],
};

export const netPrio: Controller = {
  name: "net_prio",
  v1: ({ network }) =>
    (network?.priorities ?? []).map(({ name, priority }, index) => ({
      file: "net_prio.ifpriomap",
      value: `${name} ${priority}`,
      why: `Set the priority of this group's packets on "${name}"`,
      from: `/network/priorities/${index}`,
    })),
};
