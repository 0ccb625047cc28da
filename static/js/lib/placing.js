/** Where a palette stands next to a selection: pure arithmetic in pixels of the window. */

export const GAP = 10;

/**
 * For the `rect` of what is selected, the `size` of the palette and of the `view`: `{side: "below" | "above" | "dock", x,
 * room}`. It never covers the selection; where it fits neither below nor above it docks at the window's lower edge. `room`
 * is how much higher it may grow there; `top` what the view's upper edge hides.
 */
export function place(rect, size, view, { gap = GAP, top = 0, edge = 8 } = {}) {
  const x = Math.max(edge, Math.min(rect.left, view.width - size.width - edge));
  const below = view.height - edge - (rect.bottom + gap + size.height);
  const above = rect.top - gap - size.height - top;
  if (below >= 0 && rect.bottom >= top) return { side: "below", x, room: below };
  if (above >= 0 && rect.top <= view.height) return { side: "above", x, room: above };
  return { side: "dock", x };
}
