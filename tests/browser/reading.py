"""What a person does in the reader, for the tests in a browser."""

SELECT = """([start, end]) => {
    const root = document.querySelector("#article-text");
    const place = (offset) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node; (node = walker.nextNode()); ) {
            const length = [...node.data].length;
            if (offset <= length) return [node, [...node.data].slice(0, offset).join("").length];
            offset -= length;
        }
    };
    root.focus({ preventScroll: true });
    getSelection().setBaseAndExtent(...place(start), ...place(end));
}"""

HANDED_ON = """async () => {
    const answer = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await answer(indexedDB.open("parley"));
    const store = database.transaction("drafts").objectStore("drafts");
    return (await answer(store.getAll())).map((draft) => JSON.parse(draft));
}"""


def select(page, article, exact, start=None):
    """Select words of the article as a script would: the browser's own selection, no mouse."""
    start = article.text.index(exact) if start is None else start
    page.locator("tag-palette:defined").wait_for(state="attached")
    page.evaluate(SELECT, [start, start + len(exact)])


def drag(page, article, exact):
    """Select words of the article with the mouse, from the first letter to the last."""
    page.locator("tag-palette:defined").wait_for(state="attached")
    first, last = page.evaluate(
        """([exact]) => {
            const walker = document.createTreeWalker(
                document.querySelector("#article-text"), NodeFilter.SHOW_TEXT);
            for (let node; (node = walker.nextNode()); ) {
                const at = node.data.indexOf(exact);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + exact.length);
                node.parentElement.scrollIntoView({ block: "center" });
                const rects = [...range.getClientRects()];
                const middle = ({ top, bottom }) => (top + bottom) / 2;
                return [
                    [rects[0].left + 1, middle(rects[0])],
                    [rects.at(-1).right - 1, middle(rects.at(-1))],
                ];
            }
        }""",
        [exact],
    )
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move(*last, steps=5)
    page.mouse.up()


def marked(page):
    """The words of each mark, as they stand on the page."""
    return page.locator("#article-text mark").all_text_contents()


def text(page):
    return page.evaluate("document.querySelector('#article-text').textContent")


def ready(page):
    """Wait until the reader's own elements are at work."""
    page.locator("passage-links:defined, #palette:defined").first.wait_for(state="attached")
    page.locator("#margin[data-placed]").wait_for(state="attached")


def until(page, holds):
    """Wait until a function of the page's says so.

    The page's policy refuses the second look of Playwright's own `wait_for_function`.
    """
    frames = f"""async () => {{
        for (let frame = 0; frame < 600; frame++) {{
            if (await ({holds})()) return true;
            await new Promise(requestAnimationFrame);
        }}
        return false;
    }}"""
    assert page.evaluate(frames), f"still not: {holds}"


def top(page, selector):
    """Where an element stands in the window, in whole pixels."""
    return round(page.locator(selector).evaluate("one => one.getBoundingClientRect().top"))


def excuse(open_page, *words):
    """Chromium names refused and lost answers in its console by itself; there may be no others."""
    assert [one for one in open_page.problems if not any(word in one for word in words)] == []
    open_page.problems.clear()


def handed_on(page):
    """The drafts in the copy that lasts; the answer comes after what was written before."""
    return page.evaluate(HANDED_ON)
