/** Everything known of one object: its fields in words, what it is tied to, and the commands that show the same. */
import type { GraphNode, MachineInfo, NodeId } from "@glassbox/protocol";
import { X } from "lucide-react";
import { Copy } from "../../chrome/Copy.tsx";
import { factsOf } from "../model/facts.ts";
import { nameOf, relatedTo } from "../model/selection.ts";
import { shellCommandsFor } from "../model/shell-commands.ts";
import { KIND_WORDS, NAMESPACE_WORDS, ORIGIN_WORDS } from "../model/words.ts";
import css from "./NodeDetails.module.css";

/** Ties listed at once; a namespace of the machine has hundreds of members. */
const TIES_MAX = 40;

export interface NodeDetailsProps {
  node: GraphNode;
  nodes: ReadonlyMap<NodeId, GraphNode>;
  machine: MachineInfo | undefined;
  onSelect(id: NodeId): void;
  onClose(): void;
}

export function NodeDetails({ node, nodes, machine, onSelect, onClose }: NodeDetailsProps) {
  const related = relatedTo(node, nodes);
  const commands = shellCommandsFor(node, nodes, machine?.cgroupMode ?? "v2");
  return (
    <div className={css.details}>
      <header>
        <p className={css.kind}>
          {node.kind === "namespace" ? NAMESPACE_WORDS[node.type].title : KIND_WORDS[node.kind].one}
          <span>{ORIGIN_WORDS[node.origin]}</span>
        </p>
        <button type="button" className="icon-button" aria-label="Close details" onClick={onClose}>
          <X size={15} aria-hidden />
        </button>
      </header>
      <h2 className={css.name}>{nameOf(node)}</h2>
      <p className={css.plain}>
        {node.kind === "namespace"
          ? `Processes in it have ${NAMESPACE_WORDS[node.type].gives}.`
          : KIND_WORDS[node.kind].plain}
      </p>
      <dl className={css.facts}>
        {factsOf(node, nodes).map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {commands.length > 0 && (
        <>
          <h3>See it in a shell</h3>
          <ul className={css.commands}>
            {commands.map(({ command, shows }) => (
              <li key={command}>
                <code>{command}</code>
                <Copy text={command} what={`command ${command}`} />
                <span>{shows}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {related.length > 0 && (
        <>
          <h3>Tied to</h3>
          <ul className={css.ties}>
            {related.slice(0, TIES_MAX).map((id) => {
              const other = nodes.get(id);
              return (
                other && (
                  <li key={id}>
                    <button type="button" onClick={() => onSelect(id)}>
                      <span>{KIND_WORDS[other.kind].one}</span>
                      {nameOf(other)}
                    </button>
                  </li>
                )
              );
            })}
          </ul>
          {related.length > TIES_MAX && <p className={css.plain}>and {related.length - TIES_MAX} more</p>}
        </>
      )}
    </div>
  );
}
