/** What the machine underneath is and can do: the same facts that `glassbox doctor` prints. */
import type { MachineInfo } from "@glassbox/protocol";
import { CircleAlert, CircleCheck, CircleMinus } from "lucide-react";
import css from "./Catalogue.module.css";

const STATUS = {
  yes: { Icon: CircleCheck, word: "yes", look: css.yes },
  limited: { Icon: CircleAlert, word: "limited", look: css.limited },
  no: { Icon: CircleMinus, word: "no", look: css.no },
};

const CGROUP_WORDS = {
  v2: "cgroup v2",
  v1: "cgroup v1",
  hybrid: "cgroup v1, with an empty v2 tree",
  none: "no cgroups",
};

export function MachineCard({ machine }: { machine: MachineInfo | undefined }) {
  return (
    <aside className={css.machine} aria-label="This machine">
      <h2>This machine</h2>
      {!machine ? (
        <p className={css.loading}>Looking</p>
      ) : (
        <>
          <p className={css.machineFacts}>
            <b>{machine.hostname}</b>
            {machine.place === "vm" ? ", the throw-away virtual machine" : ", where Glassbox was started"}
            <br />
            Linux {machine.kernelRelease}, {CGROUP_WORDS[machine.cgroupMode]}
          </p>
          <ul>
            {machine.abilities.map((ability) => {
              const { Icon, word, look } = STATUS[ability.status];
              return (
                <li key={ability.id} className={look}>
                  <Icon size={16} aria-label={word} />
                  <div>
                    <span>{ability.title}</span>
                    {ability.status !== "yes" && (
                      <small>
                        {ability.detail}
                        {ability.hint && `. ${ability.hint}`}
                      </small>
                    )}
                  </div>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </aside>
  );
}
