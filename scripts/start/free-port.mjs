/**
 * Asks for the port before minutes of set-up, and answers with a sentence instead of an agent that dies at once.
 */
import { createServer } from "node:net";
import { Refusal } from "../setup/refusal.mjs";

/** @param {string} host @param {number} port @throws {Refusal} when nothing of ours could listen there */
export async function checkPort(host, port) {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.on("error", (/** @type {NodeJS.ErrnoException} */ cause) => reject(portRefusal(cause, host, port)));
    server.listen({ host, port, exclusive: true }, () => server.close(resolve));
  });
}

/** @param {NodeJS.ErrnoException} cause @param {string} host @param {number} port */
function portRefusal(cause, host, port) {
  const other = `npm start -- --port ${port + 1}`;
  if (cause.code === "EADDRINUSE") {
    return new Refusal(`Port ${port} on ${host} is taken by another program`, `Take another: ${other}`, { cause });
  }
  if (cause.code === "EACCES")
    return new Refusal(`Only root may listen on port ${port}`, `Take another: ${other}`, { cause });
  return new Refusal(`Cannot listen on ${host}: ${cause.message}`, "Give an address of this machine as --host", {
    cause,
  });
}
