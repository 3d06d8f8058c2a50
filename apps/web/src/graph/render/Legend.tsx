/** What the shapes mean, in plain words. Shapes carry the meaning; colours only repeat it. */
import { X } from "lucide-react";
import { NAMESPACE_WORDS, namespaceTypes } from "../model/words.ts";
import css from "./GraphPane.module.css";
import { NamespaceIcon } from "./NamespaceIcon.tsx";

export function Legend({ onClose }: { onClose(): void }) {
  return (
    <section className={css.legend} aria-label="Legend">
      <header>
        <h3>What you see</h3>
        <button type="button" className="icon-button" aria-label="Close legend" onClick={onClose}>
          <X size={15} aria-hidden />
        </button>
      </header>
      <dl>
        <dt>
          <span className={css.swatch} style={{ borderLeft: "4px solid var(--accent)" }} />
          Card
        </dt>
        <dd>A running process you started. A line leads to it from its parent.</dd>
        <dt>
          <span className={css.swatch} style={{ background: "var(--accent-soft)", borderColor: "var(--accent)" }} />
          Pane of glass
        </dt>
        <dd>The processes in it share namespaces that the machine around them does not have: its labels say which.</dd>
        <dt>
          <span className={css.swatch} style={{ borderStyle: "dashed" }} />
          Dashed
        </dt>
        <dd>Gone a moment ago, ended but not collected (zombie), or a namespace with nobody inside.</dd>
        <dt>
          <span className={css.swatch} style={{ borderColor: "var(--warn)", borderWidth: 2.5 }} />
          Amber edge
        </dt>
        <dd>Just changed. A green edge: just appeared.</dd>
        <dt>
          <span
            className={css.swatch}
            style={{ background: "linear-gradient(90deg, var(--accent) 55%, var(--pane-3) 0)" }}
          />
          Bar
        </dt>
        <dd>How much a cgroup uses of what it may. The mark at the end is the limit.</dd>
        <dt>
          <span className={css.swatch} style={{ background: "var(--accent-soft)", transform: "skewX(-18deg)" }} />
          Sheet
        </dt>
        <dd>One layer of an overlay mount. You look down through the stack: the topmost file of a name wins.</dd>
      </dl>
      <h3>A namespace of its own gives a process</h3>
      <dl>
        {namespaceTypes.map((type) => (
          <div key={type} style={{ display: "contents" }}>
            <dt>
              <NamespaceIcon type={type} size={14} />
              {NAMESPACE_WORDS[type].short}
            </dt>
            <dd>{NAMESPACE_WORDS[type].gives}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
