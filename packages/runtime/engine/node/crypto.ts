/** `node:crypto`: the one digest that the runtime asks for, made by the host. */

export function createHash(_: "sha256"): { update(text: string): { digest(form: "hex"): string } } {
  return { update: (content) => ({ digest: () => sha256(content) }) };
}
