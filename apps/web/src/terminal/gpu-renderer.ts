/**
 * Draws a terminal on the GPU where there is a real one. A software one (SwiftShader, llvmpipe) is slower than xterm's
 * plain renderer and takes the processor from the shell.
 */
import { WebglAddon } from "@xterm/addon-webgl";
import type { Terminal } from "@xterm/xterm";

let real: boolean | undefined;

/** Falls back to the plain renderer when the GPU's context is lost. */
export function drawOnGpuWhenReal(terminal: Terminal): void {
  real ??= hasRealGpu();
  if (!real) return;
  try {
    const addon = new WebglAddon();
    addon.onContextLoss(() => addon.dispose());
    terminal.loadAddon(addon);
  } catch {
    real = false;
  }
}

function hasRealGpu(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  const info = context?.getExtension("WEBGL_debug_renderer_info");
  const name = info && context ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return name !== "" && !/swiftshader|llvmpipe|software|basic render/i.test(name);
}
