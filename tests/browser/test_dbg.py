import re
from playwright.sync_api import expect
from tests.factories import *
from tests.browser.reading import *
def test_dbg(open_page, researcher):
    article = make_article(text="The delegations met. A full ceasefire came.")
    t = make_tag("Ceasefire")
    make_tagging(make_passage("full ceasefire", article), t, researcher)
    make_tagging(make_passage("met", article), t, make_user(username="z"))
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    page.on("request", lambda r: print("REQ", r.method, r.url, r.headers.get("hx-request")))
    page.on("response", lambda r: print("RES", r.status, r.url, r.headers.get("hx-push-url")))
    page.evaluate("for (const t of ['htmx:config:request','htmx:before:request','htmx:error','htmx:before:swap','htmx:after:swap','htmx:finally:request']) document.addEventListener(t, e => console.log(t, e.detail.ctx && e.detail.ctx.sourceElement && e.detail.ctx.sourceElement.id, e.detail.error))")
    page.on("console", lambda m: print("LOG", m.text))
    page.get_by_label("Mine 1").check()
    page.wait_for_timeout(1500)
    print(page.url, marked(page), page.locator(".outline-count").text_content())
    page.screenshot(path="/tmp/a.png")
