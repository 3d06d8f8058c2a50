/** What the machine underneath is and can do: the same facts that `glassbox doctor` prints. */
import type { Ability, MachineInfo } from "@glassbox/protocol";
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
          <Abilities abilities={machine.abilities.filter(({ status }) => status !== "yes")} />
          <details>
            <summary>
              {machine.abilities.filter(({ status }) => status === "yes").length} of {machine.abilities.length} things
              the labs use work here
            </summary>
            <Abilities abilities={machine.abilities.filter(({ status }) => status === "yes")} />
          </details>
        </>
      )}
    </aside>
  );
}

function Abilities({ abilities }: { abilities: Ability[] }) {
  return (
    <ul>
      {abilities.map(({ id, title, status, detail, hint }) => {
        const { Icon, word, look } = STATUS[status];
        return (
          <li key={id} className={look}>
            <Icon size={16} aria-label={word} />
            <div>
              <span>{title}</span>
              {status !== "yes" && <small>{[detail, hint].filter(Boolean).join(". ")}</small>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
