import assert from "node:assert/strict";
import { test } from "node:test";
import { fitView } from "./view-fit.ts";

const pane = { width: 900, height: 330 };

/** The part of the drawing that the pane shows. */
function shown(view: ReturnType<typeof fitView>) {
  const { x, y, scale } = view;
  return { left: -x / scale, top: -y / scale, right: (pane.width - x) / scale, bottom: (pane.height - y) / scale };
}

test("fitView shows all of a drawing that can be read so, in the middle, whatever matters in it", () => {
  const corner = { x: 500, y: 200, width: 80, height: 50 };
  for (const matters of [undefined, corner]) {
    const { left, top, right, bottom } = shown(fitView(pane, { width: 600, height: 300 }, matters));
    assert.ok(left < 0 && top < 0 && right > 600 && bottom > 300);
    assert.ok(Math.abs(left + right - 600) < 1, "as much room on the left as on the right");
  }
});

test("fitView does not blow a small drawing up to fill the pane", () => {
  assert.equal(fitView(pane, { width: 100, height: 50 }, undefined).scale, 1.2);
});

test("fitView brings what matters into view where all of it would be too small to read", () => {
  const drawing = { width: 800, height: 2000 };
  for (const y of [0, 700, 1850]) {
    const matters = { x: 400, y, width: 200, height: 150 };
    const view = fitView(pane, drawing, matters);
    const { left, top, right, bottom } = shown(view);
    assert.ok(view.scale >= 0.7, "large enough to read");
    assert.ok(left <= 400 && right >= 600 && top <= y && bottom >= y + 150, `all of what is at ${y}`);
    assert.ok(top >= -40 && bottom <= 2040, "and little of the emptiness beyond the drawing");
  }
});

test("fitView begins at the top left where nothing matters, or what matters is too big itself", () => {
  const drawing = { width: 4000, height: 3000 };
  assert.deepEqual(fitView(pane, drawing, undefined), { x: 20, y: 20, scale: 0.55 });
  const { left, top } = shown(fitView(pane, drawing, { x: 1000, y: 1000, width: 2500, height: 1500 }));
  assert.ok(left < 1000 && left > 950 && top < 1000 && top > 950);
});
