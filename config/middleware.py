"""What every request passes on its way in, and every answer on its way out."""

import logging
import re
import time
import uuid
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.http import UnreadablePostError
from django.utils.cache import patch_cache_control

from . import errors, logs

access = logging.getLogger("parley.access")

METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
OTHER_TYPE = "application/octet-stream"
CHARSET = re.compile(r"charset\s*=\s*\"?([^\";\s]*)", re.IGNORECASE)
BOUNDARY = re.compile(r"boundary\s*=\s*(\"[^\"]{1,200}\"|[^\";\s]{1,200})", re.IGNORECASE)
ADDRESS_LENGTH = 8192  # bytes of path and query
PERMISSIONS_POLICY = ", ".join(
    [
        "accelerometer=()",
        "browsing-topics=()",
        "camera=()",
        "clipboard-read=()",
        "clipboard-write=(self)",
        "display-capture=()",
        "fullscreen=(self)",
        "geolocation=()",
        "gyroscope=()",
        "hid=()",
        "identity-credentials-get=()",
        "idle-detection=()",
        "magnetometer=()",
        "microphone=()",
        "midi=()",
        "payment=()",
        "publickey-credentials-get=()",
        "screen-wake-lock=()",
        "serial=()",
        "usb=()",
        "xr-spatial-tracking=()",
    ]
)


def reads_forms_only(application):
    """The WSGI application, with any content type but a form's in UTF-8 made a nameless one.

    Django reads the header before its first middleware, and for some values (an unknown charset,
    one that is no charset of text, a very long one) that fails where no page of ours can answer.
    """

    def passed(environ, start_response):
        if given := environ.get("CONTENT_TYPE"):
            environ["CONTENT_TYPE"] = _form_type(given)
        return application(environ, start_response)

    return passed


def _form_type(given):
    name, _, parameters = given.partition(";")
    name = name.strip().lower()
    charset = CHARSET.search(parameters)
    if name not in FORM_TYPES or (charset and charset[1].lower() not in {"utf-8", "utf8"}):
        return OTHER_TYPE
    boundary = BOUNDARY.search(parameters)
    return f"{name}; {boundary[0]}" if boundary else name


class RequestIdMiddleware:
    """Gives the request an id, answers with it, and logs one line that holds nothing personal."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request.id = given if re.fullmatch(r"[A-Za-z0-9-]{1,64}", given) else uuid.uuid4().hex
        token = logs.request_id.set(request.id)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request.id
            access.info(
                "%s %s %s %.0f ms",
                request.method if request.method in METHODS else "?",
                self.pattern(request),
                response.status_code,
                (time.perf_counter() - started) * 1000,
            )
        finally:
            logs.request_id.reset(token)
        return response

    @staticmethod
    def pattern(request):
        """The route as urls.py writes it: the path itself may hold a one-time link."""
        if request.resolver_match:
            return "/" + request.resolver_match.route
        is_static = request.path_info.startswith(settings.STATIC_URL)
        return f"{settings.STATIC_URL}…" if is_static else "-"


class UnavailableMiddleware:
    """Answers 503 to a view whose database is gone, busy or stopped it.

    A failure in other middleware ends in handler500, which does the same: see
    `errors.server_error`.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if errors.is_passing(exception):
            access.error("database unavailable: %s", logs.outline(exception).splitlines()[-1])
            return errors.unavailable(request)
        return None


class PermissionsPolicyMiddleware:
    """Forbids what Parley does not use, and keeps pages out of shared and old browsers' caches."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        cookie = settings.SESSION_COOKIE_NAME
        # The cookie tells without a look into the session, which may be out of reach.
        if cookie in request.COOKIES or cookie in response.cookies:
            if "immutable" not in response.get("Cache-Control", ""):
                patch_cache_control(response, private=True, no_store=True)
        elif "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_cache=True)
        return response


class GateMiddleware:
    """Refuses what no form of ours can send: text that is not UTF-8, NUL, too much of anything.

    Django would read such text with replacement characters, and PostgreSQL would fail on NUL.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.refusal(request) or self.get_response(request)
        # Django's decorators answer a wrong method with an empty page.
        if response.status_code == 405 and not response.content:
            return errors.page(request, 405, headers={"Allow": response["Allow"]})
        return response

    def refusal(self, request):
        """An error page, or None for a request that may pass."""
        query = request.META.get("QUERY_STRING", "").encode("latin-1")
        if len(request.path_info) + len(query) > ADDRESS_LENGTH:
            return errors.page(request, 414)
        # Of the path Django has seen to it that it is UTF-8.
        if "\0" in request.path_info or not _is_text(_decoded(query)):
            return errors.page(request, 400, "This address has characters that are no text.")
        if query.count(b"&") >= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
            return errors.page(request, 414)
        self._drop_broken_address(request)
        return self._refusal_of_form(request) if request.method == "POST" else None

    @staticmethod
    def _drop_broken_address(request):
        # Views read the filters of the page from it, as they do from the query.
        address = request.headers.get("HX-Current-URL", "")
        try:
            urlsplit(address)
            # Twice: htmx encodes the encoded address.
            broken = b"\0" in unquote_to_bytes(unquote_to_bytes(address))
        except ValueError:
            broken = True
        if broken:
            del request.META["HTTP_HX_CURRENT_URL"]
            del request.headers  # read from META once, and kept

    @staticmethod
    def _refusal_of_form(request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return errors.page(request, 400)
        upload_limit = settings.UPLOAD_LIMITS.get(request.path_info)
        if int(length) > (upload_limit or settings.FORM_LIMIT):
            return errors.page(request, 413)
        if request.content_type not in FORM_TYPES:
            return errors.page(request, 415) if int(length) else None
        if upload_limit and request.content_type == "multipart/form-data":
            return None  # its view asks who sends it before it reads what may be a lot
        try:
            body = request.body
        except UnreadablePostError:
            return errors.page(request, 400, "The form did not arrive whole.")
        if request.content_type == "multipart/form-data":
            texts = [text for name, all_ in request.POST.lists() for text in (name, *all_)]
            broken = "\ufffd" in "".join(texts) and "\ufffd".encode() not in body
            is_text = not broken and "\0" not in "".join(texts)
        else:
            is_text = _is_text(_decoded(body)) and request.POST is not None
        if not is_text:
            return errors.page(request, 400, "The form has characters in it that are no text.")
        return None


def _decoded(query):
    return unquote_to_bytes(query.replace(b"+", b" "))


def _is_text(raw):
    try:
        return "\0" not in raw.decode()
    except UnicodeDecodeError:
        return False
