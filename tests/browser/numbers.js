{
  /** The figures of a page: links with what they say, headings with a count, and numbers that are no link. */
  gather(page = document) {
    // No figures of ours: what the articles say, dates, scales, titles, and fields of forms.
    const others = `time, blockquote, cite, .quotation, .claim, .claim-sentence, .prose, .pages, .aliases, .visually-hidden,
      h1, form, .eyebrow, .who-talked, .carried-out, .meaning, .facts dd, .network-labels, .network title, .verdicts,
      [data-label="carried out"]`;
    const main = page.querySelector("main");
    const own = (element) => {
      const copy = element.cloneNode(true);
      for (const one of copy.querySelectorAll(".visually-hidden")) one.replaceWith(` ${one.textContent}`);
      return copy.textContent.replace(/\s+/g, " ").trim();
    };
    const links = [...main.querySelectorAll("a[href]:not(.network *)")]
      .map((one) => ({ words: own(one), href: one.getAttribute("href") }))
      .filter(({ words, href }) => /^\d[\d,]*( |$)/.test(words) && !/^\/passages/.test(href));
    for (const one of main.querySelectorAll("svg a.line")) {
      const said = one.getAttribute("aria-label");
      const [, count, kind] = said.match(/ on (\d+) (proposition)/) ?? said.match(/\((\d+) (statement)/);
      links.push({ words: `${count} ${kind}`, href: one.getAttribute("href") });
    }
    for (const one of main.querySelectorAll(".tallies a")) {
      links.push({ words: own(one.querySelector(".count")), href: one.getAttribute("href") });
    }
    for (const one of main.querySelectorAll(":is(h2, h3):not(#statements *) > span.count")) {
      links.push({ words: own(one), href: `#${one.parentElement.id}` });
    }
    const loose = [];
    const walker = page.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
      const place = node.parentElement;
      if (/\d/.test(node.data) && !place.closest(others) && !place.closest("a, .count")) loose.push(node.data.trim());
    }
    return { links, loose };
  },

  /** The figures of the pages at some addresses, as they come without scripts. */
  async gatherAll(addresses) {
    const found = [];
    for (const one of addresses) found.push(this.gather(await this.read(new URL(one, location), {}, new Map())));
    return found;
  },

  /** The page at an address; `kept` holds those that were read. */
  async read(url, headers, kept) {
    const key = JSON.stringify([url.pathname, url.search, headers]);
    if (!kept.has(key)) {
      kept.set(key, new DOMParser().parseFromString(await (await fetch(url, { headers })).text(), "text/html"));
    }
    return kept.get(key);
  },

  async counts(asked) {
    const counts = [];
    const kept = new Map();
    for (const one of asked) counts.push(await this.count(one, kept));
    return counts;
  },

  /** How many things of the kind that a number speaks of stand where it leads, over all pages of the list. */
  async count([href, words, from], kept) {
    const start = new URL(from, location);
    let url = new URL(href, start);
    const place = url.hash.slice(1);
    const passages = new Set();
    let count = 0;
    for (let pages = 0; url && pages < 30; pages++) {
      // As a click on a number of the matrix or the pairs asks: for the part that changes.
      const headers = place === "statements" && url.pathname === start.pathname ? { "HX-Request": "true" } : {};
      const doc = await this.read(url, headers, kept);
      const target = place ? doc.getElementById(place) : doc.querySelector("main");
      if (!target) return `no #${place}`;
      const section = (target.matches("h2, h3") && target.closest("section")) || target;
      const all = (selector) => section.querySelectorAll(selector).length;
      if (/passage/.test(words)) {
        for (const one of section.querySelectorAll("a[href^='/passages/']")) passages.add(one.getAttribute("href"));
        count = passages.size;
      } else if (/word/.test(words)) count = section.querySelector("#article-text").textContent.match(/\S+/gu).length;
      else if (/proposition/.test(words) && all(".tie")) count += all(".tie");
      else if (target.matches("thead")) count += all("th:not(.silent-column) a");
      else {
        const kinds = [".entry", ".statement", ".moment", "tbody tr", "article.outcome", ".told > li", "ul.list > li", ".quotation"];
        count += kinds.map(all).find(Boolean) ?? 0;
      }
      const next = (place === "moments" ? doc : section).querySelector("a[rel=next]");
      url = next ? new URL(next.getAttribute("href"), url) : null;
    }
    return count;
  },

  /** Follows a link to a passage in the reader that is open: the words that are marked, and whether they are in view. */
  async marked([passage, place]) {
    location.hash = place;
    const marks = [...document.querySelectorAll(`#article-text mark[data-passages~="${passage}"]`)];
    const isInView = () => {
      const { top, bottom } = marks[0]?.getBoundingClientRect() ?? {};
      return bottom > 0 && top < innerHeight;
    };
    // The page may scroll smoothly.
    for (let frames = 0; frames < 300 && !isInView(); frames++) await new Promise(requestAnimationFrame);
    return [marks.map((one) => one.textContent).join(""), isInView()];
  },
}
