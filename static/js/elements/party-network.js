/* global d3 */
import { around, labelAt, path, spread, toPorts } from "../lib/network.js";

const STEPS = 300;
const MARGIN = 52;
const ROOM = 150; // above and below the circle, for names
const STRETCH = 1.25; // names are broad
const MANY = 12; // parties, beyond which the forces heap them up; talks/network.py makes room from there on
const PNG_SCALE = 2;

/**
 * The drawing of who agrees with whom. The server's drawing stands without scripts; this moves its nodes to where
 * d3-force has them in balance, the same each time, and takes the drawing out as SVG or PNG.
 */
class PartyNetwork extends HTMLElement {
  connectedCallback() {
    this.svg = this.querySelector("svg.network");
    this.addEventListener("click", this);
    this.querySelector('[data-as="png"]').hidden = false;
    if (globalThis.d3?.forceSimulation) this.#settle();
  }

  handleEvent(event) {
    const button = event.target.closest("[data-as]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.as === "svg") this.#save(new Blob([this.#source()], { type: "image/svg+xml" }), "svg");
    else this.#saveAsPng();
  }

  #settle() {
    const { width, height } = this.svg.viewBox.baseVal;
    const isLayered = this.svg.dataset.kind === "propositions";
    const nodes = [...this.svg.querySelectorAll(".node")].map((element) => ({
      id: element.id,
      element,
      x: Number(element.dataset.x),
      y: Number(element.dataset.y),
      radius: Number(element.dataset.radius),
      // Parties stay on the left and propositions on the right, where their names have room.
      fx: isLayered ? Number(element.dataset.x) : undefined,
    }));
    const lines = [...this.svg.querySelectorAll(".line")].map((element) => ({
      element,
      source: element.dataset.source,
      target: element.dataset.target,
      bend: Number(element.dataset.bend),
    }));
    const simulation = d3
      .forceSimulation(nodes)
      .force("link", d3.forceLink(lines).id((node) => node.id).distance(isLayered ? 330 : 200).strength(isLayered ? 0.4 : 0.2 / Math.max(1, nodes.length / MANY)))
      .force("collide", d3.forceCollide((node) => (isLayered ? node.radius + (node.radius > 10 ? 18 : 13) : 76)))
      .stop();
    if (isLayered) {
      simulation.force("y", d3.forceY(height / 2).strength(0.01));
    } else {
      // On a circle no line runs through a third party, which would look like two lines.
      const radius = (height - ROOM) / 2;
      simulation
        .force("charge", d3.forceManyBody().strength(-2000))
        .force("circle", d3.forceRadial(radius, width / 2, height / 2 - 8).strength(1));
    }
    simulation.tick(STEPS);
    if (!isLayered) for (const node of nodes) node.x = width / 2 + (node.x - width / 2) * STRETCH;
    // Of many parties, and of columns, the forces give the order alone.
    if (!isLayered && nodes.length > MANY) {
      const places = around(nodes, { x: width / 2, y: height / 2 - 8 }, (height - ROOM) / 2, STRETCH);
      for (const [node, place] of places) Object.assign(node, place);
    }
    for (const column of isLayered ? [nodes.filter((one) => one.radius > 10), nodes.filter((one) => one.radius <= 10)] : []) {
      for (const [node, y] of spread(column, height)) node.y = y - (node.radius > 10 ? 8 : 0);
    }
    for (const node of nodes) {
      node.x = Math.min(Math.max(node.x, MARGIN * 1.5), width - MARGIN * 1.5);
      node.y = Math.min(Math.max(node.y, node.radius + 8), height - node.radius - 24);
    }
    this.#draw(nodes, lines);
  }

  #draw(nodes, lines) {
    for (const { element, x, y } of nodes) element.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    const ports = this.svg.dataset.kind === "propositions" ? toPorts(lines) : null;
    const labels = this.svg.querySelectorAll(".network-labels text");
    lines.forEach((line, index) => {
      const { element, source, target, bend } = line;
      const { d, x, y } = ports?.get(line) ?? { d: path(source, target, bend), ...labelAt(source, target, bend) };
      for (const stroke of element.querySelectorAll("path")) stroke.setAttribute("d", d);
      labels[index].setAttribute("x", x);
      labels[index].setAttribute("y", y);
    });
  }

  /** The drawing as a file of its own; its addresses are whole ones there. */
  #source() {
    const copy = this.svg.cloneNode(true);
    for (const link of copy.querySelectorAll("a")) {
      link.setAttribute("href", new URL(link.getAttribute("href"), location.href).href);
    }
    return new XMLSerializer().serializeToString(copy);
  }

  async #saveAsPng() {
    const { width, height } = this.svg.viewBox.baseVal;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(this.#source())}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: width * PNG_SCALE, height: height * PNG_SCALE });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => this.#save(blob, "png"), "image/png");
  }

  #save(blob, ending) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${this.dataset.name}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}

customElements.define("party-network", PartyNetwork);
