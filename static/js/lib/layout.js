/**
 * Where the cards of the margin stand: pure arithmetic over tops and heights in pixels.
 *
 * A card wants to stand level with its passage. Where more cards want a place than there is room for, they slide down
 * a little; where they would slide too far, some are folded into a row that says how many they are.
 */

export const GAP = 6;
export const REACH = 180;
export const ROW = 26;

/**
 * Tops of cards that want to stand at `wanted` and are `heights` high: in order, not overlapping, none above `floor`.
 * The card `active` stands exactly where it wants to; those before it move up, above `floor` if they must.
 */
export function tops(wanted, heights, { active = -1, gap = GAP, floor = 0 } = {}) {
  const placed = new Array(wanted.length);
  let free = floor;
  for (let i = 0; i < wanted.length; i++) {
    placed[i] = i === active ? wanted[i] : Math.max(wanted[i], free);
    free = placed[i] + heights[i] + gap;
  }
  if (active < 0 || active >= wanted.length) return placed;
  let limit = wanted[active] - gap;
  for (let i = active - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i], limit - heights[i]);
    limit = placed[i] - gap;
  }
  return placed;
}

/**
 * What the margin shows of its cards, in order: a number for a card, an array of numbers for the cards folded into one
 * row. A card is folded if it would slide more than `reach` below its place, and the next ones until there is room
 * again. The card `active` is never folded, and how high it is makes no difference to the others.
 */
export function fold(wanted, heights, { active = -1, gap = GAP, reach = REACH, row = ROW, floor = 0 } = {}) {
  const shown = [];
  let free = floor;
  let group = null;
  for (let i = 0; i < wanted.length; i++) {
    const slide = Math.max(0, free - wanted[i]);
    if (i !== active && slide > (group ? reach / 4 : reach)) {
      if (!group) {
        shown.push((group = []));
        free += row + gap;
      }
      group.push(i);
      continue;
    }
    if (i === active) {
      shown.push(i);
      // The row it was folded into goes on below it.
      group = null;
      continue;
    }
    group = null;
    shown.push(i);
    free = Math.max(free, wanted[i]) + heights[i] + gap;
  }
  // A row in place of a single card would hide it and save nothing.
  return shown.map((item) => (Array.isArray(item) && item.length === 1 ? item[0] : item));
}

/**
 * The whole margin: `{items, tops}`, where `items` are as `fold` gives them and `tops[k]` is the top of `items[k]`.
 */
export function arrange(wanted, heights, options = {}) {
  const { active = -1, row = ROW } = options;
  const items = fold(wanted, heights, options);
  const first = (item) => (Array.isArray(item) ? item[0] : item);
  return {
    items,
    tops: tops(
      items.map((item) => wanted[first(item)]),
      items.map((item) => (Array.isArray(item) ? row : heights[item])),
      { ...options, active: items.indexOf(active) },
    ),
  };
}

/** The first index at which `isPast(index)` holds, of `count` indices that turn from false to true once. */
export function firstPast(count, isPast) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPast(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where a box of `width` by `height` stands under the point `{x, y}`, kept inside a view of `viewWidth` by `viewHeight`. */
export function under({ x, y }, { width, height }, { width: viewWidth, height: viewHeight }, edge = 8) {
  const left = Math.max(edge, Math.min(x, viewWidth - width - edge));
  const fitsBelow = y + edge + height <= viewHeight - edge;
  return { left, top: fitsBelow ? y + edge : Math.max(edge, y - height - 3 * edge) };
}
