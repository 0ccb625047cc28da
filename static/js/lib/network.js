/** How the lines of a network run; talks/network.py draws by the same rules. */

/** The point that a line between two is pulled towards, so that two lines between them keep apart. */
export function middle(source, target, bend) {
  const dx = target.x - source.x;
  const dy = target.y - source.y;
  const length = Math.hypot(dx, dy) || 1;
  return {
    x: (source.x + target.x) / 2 - (dy / length) * bend * 2,
    y: (source.y + target.y) / 2 + (dx / length) * bend * 2,
  };
}

/** The `d` of its path. */
export function path(source, target, bend) {
  const { x, y } = middle(source, target, bend);
  return `M${fixed(source.x)} ${fixed(source.y)}Q${fixed(x)} ${fixed(y)} ${fixed(target.x)} ${fixed(target.y)}`;
}

/** Where its label stands: `along` it from 0 to 1. Source: the quadratic Bézier curve of SVG's path. */
export function labelAt(source, target, bend, along = 0.5) {
  const pull = middle(source, target, bend);
  const at = (axis) =>
    fixed((1 - along) ** 2 * source[axis] + 2 * along * (1 - along) * pull[axis] + along ** 2 * target[axis]);
  return { x: at("x"), y: at("y") };
}

/** Heights for the nodes of one column, evenly spread in the order of their `y`. */
export function spread(nodes, height) {
  const order = [...nodes].sort((one, other) => one.y - other.y);
  return new Map(order.map((node, place) => [node, (height * (place + 0.5)) / order.length]));
}

function fixed(number) {
  return number.toFixed(1);
}
