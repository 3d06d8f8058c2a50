/** The runtime as its callers import it, from the sources: scripts are plain Node programs, and the sources are TypeScript. */

/** @returns {Promise<typeof import("@glassbox/runtime/oci")>} */
export async function ourLibrary() {
  const { register } = await import("tsx/esm/api");
  register();
  return await import("@glassbox/runtime/oci");
}
