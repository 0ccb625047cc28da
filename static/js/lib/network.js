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

const PORT = 14;
const LEVEL = 90;
const NUMBER = 18;
const PORTS_APART = 17;

/**
 * How lines reach the propositions of a drawing in two columns, for each `{d, x, y}` with its label's place: beside the
 * proposition, each at a height of its own and level, the highest source on top, so that their numbers never touch.
 */
export function toPorts(lines) {
  const found = new Map();
  for (const target of new Set(lines.map((line) => line.target))) {
    const several = lines.filter((line) => line.target === target)
      .sort((one, other) => one.source.y - other.source.y || one.bend - other.bend);
    several.forEach((line, place) => {
      const x = target.x - PORT;
      const y = target.y + (place - (several.length - 1) / 2) * PORTS_APART;
      const d = `M${fixed(line.source.x)} ${fixed(line.source.y)}Q${fixed(x - LEVEL)} ${fixed(y)} ${fixed(x)} ${fixed(y)}`;
      found.set(line, { d, x: fixed(x - NUMBER), y: fixed(y) });
    });
  }
  return found;
}

/** Heights for the nodes of one column, evenly spread in the order of their `y`. */
export function spread(nodes, height) {
  const order = [...nodes].sort((one, other) => one.y - other.y);
  return new Map(order.map((node, place) => [node, (height * (place + 0.5)) / order.length]));
}

/** Points for nodes all around an ellipse, evenly, in the order in which they stand around `centre`. */
export function around(nodes, centre, radius, stretch) {
  const angle = (node) => Math.atan2(node.y - centre.y, node.x - centre.x);
  const order = [...nodes].sort((one, other) => angle(one) - angle(other));
  return new Map(
    order.map((node, place) => {
      const turn = (2 * Math.PI * (place + 0.5)) / order.length - Math.PI;
      return [node, { x: centre.x + stretch * radius * Math.cos(turn), y: centre.y + radius * Math.sin(turn) }];
    }),
  );
}

function fixed(number) {
  return number.toFixed(1);
}
