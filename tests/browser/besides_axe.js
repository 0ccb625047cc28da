// What axe does not ask: one first heading and no level left out; nothing that keys reach without a size;
// targets 24 pixels wide and high, or with nothing else within a circle of 24 pixels around them (WCAG 2.5.8).
() => {
  const found = [];
  let above = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    if (!heading.checkVisibility()) continue;
    const level = Number(heading.tagName[1]);
    if (level > above + 1) found.push(`h${level} below h${above}: ${heading.textContent.trim()}`);
    above = level;
  }
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");

  const hidden = ".visually-hidden, .skip-link, [tabindex='-1'], dialog:not([open]) *, svg *";
  const targets = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter((one) => !one.closest(hidden))
    .map((one) => ({ one, box: (one.closest("label") ?? one).getBoundingClientRect() }));
  const isSmall = ({ width, height }) => width < 24 || height < 24;
  const middle = ({ left, top, width, height }) => [left + width / 2, top + height / 2];
  const away = ([x, y], { left, right, top, bottom }) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
  for (const { one, box } of targets) {
    if (box.width <= 1 || box.height <= 1) found.push(`nothing to see: ${one.outerHTML.slice(0, 120)}`);
    // A link in a sentence is as high as its line.
    else if (!isSmall(box) || getComputedStyle(one).display === "inline") continue;
    else if (targets.some((other) => other.one !== one && !other.one.contains(one) && !one.contains(other.one)
        && !isUnder(other.one, one) && away(middle(box), other.box) < 12))
      found.push(`${Math.round(box.width)} × ${Math.round(box.height)}: ${one.outerHTML.slice(0, 120)}`);
  }
  const foot = document.querySelector(".site-footer");
  const below = document.documentElement.scrollHeight
    - Math.max(foot.getBoundingClientRect().bottom + scrollY, innerHeight);
  if (foot.checkVisibility() && below > 120) found.push(`${Math.round(below)} pixels below the foot`);
  return found;

  // What lies below an open layer cannot be touched by mistake.
  function isUnder(other, one) {
    const layer = (node) => node.closest("dialog, [popover], #palette, #margin, #desk, record-panel, .find-bar, act-undo");
    return layer(other) !== layer(one);
  }
}
