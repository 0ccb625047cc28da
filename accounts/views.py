"""Signing in and out, one's own account, and the accounts of all."""

import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import links, mailing, managing, returning
from .forms import (
    AccountForm,
    BasedOnForm,
    DigestForm,
    LinkForm,
    PasswordForm,
    RoleForm,
    SettingsForm,
    SignInForm,
)
from .models import Digest, Role, User

BACKEND = settings.AUTHENTICATION_BACKENDS[-1]
# So long after opening a one-time link its bearer may set a password without the old one.
TRUST_IN_LINK = datetime.timedelta(hours=1)
ARRIVED_AT = "arrived_by_link_at"
PAGE = 100


@login_not_required
@sensitive_post_parameters("password")
@sensitive_variables("form")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request):
    """Sign in by name and password."""
    onward = returning.asked_for(request)
    if request.user.is_authenticated and request.method != "POST":
        return redirect(onward or settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST or None)
    if form.is_valid():
        login(request, form.guess.user, backend=BACKEND)
        return redirect(onward or settings.LOGIN_REDIRECT_URL)
    context = {"form": form, "next": onward}
    return _answer(request, "accounts/sign_in.html", context, form)


@login_not_required
@sensitive_variables("token")
@never_cache
@require_safe
def sign_in_by_link(request, token):
    """Sign in by a one-time link, which only somebody's opening of it uses up."""
    if request.method == "HEAD" or _is_looked_at_ahead(request):
        response = HttpResponse(status=204)
    elif user := links.use(token):
        login(request, user, backend=BACKEND)
        request.session[ARRIVED_AT] = timezone.now().isoformat()
        response = redirect(returning.asked_for(request) or settings.LOGIN_REDIRECT_URL)
    else:
        response = render(request, "accounts/sign_in_by_link.html", status=410)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _is_looked_at_ahead(request):
    """Browsers and messengers fetch links that nobody has clicked yet."""
    headers = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
    said = " ".join(request.headers.get(header, "") for header in headers).lower()
    return any(word in said for word in ("prefetch", "prerender", "preview"))


@login_not_required
@require_POST
def sign_out(request):
    logout(request)
    return redirect(settings.LOGIN_REDIRECT_URL)


@sensitive_post_parameters("old_password", "new_password", "again")
@sensitive_variables("form", "forms")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    """One's own account: name, letter keys, mail, password. A form says by ``act`` which it is."""
    user = User.objects.get(pk=request.user.pk)
    act = request.POST.get("act") if request.method == "POST" else None
    if act == "confirm":
        _ask_to_confirm(request)
        return redirect("accounts:account")
    act = act if act in {None, "password", "mail"} else "settings"
    sent = {act: request.POST} if act else {}
    digest = Digest.objects.filter(user=user).first()
    forms = {
        "settings": SettingsForm(
            sent.get("settings"), instance=user, initial={"version": user.version}
        ),
        "mail": DigestForm(sent.get("mail"), digest=digest),
        "password": PasswordForm(
            sent.get("password"), user=request.user, needs_old=_needs_old(request)
        ),
    }
    context = {
        "form": forms["settings"],
        "mail_form": forms["mail"],
        "password_form": forms["password"],
        "account": request.user,
        "digest": digest,
    }
    form = forms.get(act)
    if form is None or not form.is_valid():
        return _answer(request, "accounts/account.html", context, form or forms["settings"])
    save = {"settings": _save_settings, "mail": _save_mail, "password": _save_password}[act]
    if stale := save(request, form):
        context |= stale
        return render(request, "accounts/account.html", context, status=409)
    return redirect("accounts:account")


def _save_settings(request, form):
    """What to say of a version in the meantime, or None where it was saved."""
    if form.save():
        messages.success(request, "Saved.")
        return None
    current = User.objects.get(pk=request.user.pk)
    form.data = {**form.data.dict(), "version": current.version}
    return {"stale": {"wanted": form.cleaned_data, "current": current}}


def _save_mail(request, form):
    if form.save(request.user):
        messages.success(request, "Saved.")
        _ask_to_confirm(request)
        return None
    current = Digest.objects.get(user=request.user)
    form.data = {**form.data.dict(), "version": current.version}
    return {"stale_mail": current}


def _ask_to_confirm(request):
    """Mail a link to an address that nobody has confirmed yet, and say so."""
    try:
        digest = mailing.ask_to_confirm(request.user)
    except mailing.TooSoon:
        messages.warning(request, "A link went out less than a minute ago. Ask for another soon.")
    except mailing.NotSent:
        messages.error(request, "The mail with the link could not be sent. Ask for it again later.")
    else:
        if digest:
            told = f"A link went to {digest.address}. Once you have followed it, mails begin."
            messages.success(request, told)


@sensitive_variables("form")
def _save_password(request, form):
    form.save()
    update_session_auth_hash(request, request.user)
    request.session.pop(ARRIVED_AT, None)
    messages.success(request, "Your password is set. All your other sessions have ended.")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def digest_confirm(request, token):
    """Confirm the address that this link was mailed to; by a button, as programs open links too."""
    digest = mailing.digest_to_confirm(token)
    if digest is not None and request.method == "POST":
        mailing.confirm(digest)
        digest.refresh_from_db()
    status = 200 if digest else 410
    # Its address goes to no other site; with no referrer at all, browsers would call the form one.
    return render(request, "accounts/digest_confirm.html", {"digest": digest}, status=status)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def digest_stop(request, token):
    """End the daily mail, by the link in each; mail programs post to it by themselves.

    They send no cookie and no token of a form (RFC 8058): the signed address is what vouches.
    """
    digest = mailing.digest_of(token)
    if digest is not None and request.method == "POST":
        mailing.stop(digest)
        digest.refresh_from_db()
    context = {"digest": digest, "is_done": request.method == "POST"}
    status = 200 if digest else 410
    response = render(request, "accounts/digest_stop.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _needs_old(request):
    """Whoever has a password must know it, unless a one-time link has just vouched for them."""
    if not request.user.has_usable_password():
        return False
    arrived_at = request.session.get(ARRIVED_AT)
    if arrived_at is None:
        return True
    return timezone.now() - datetime.datetime.fromisoformat(arrived_at) > TRUST_IN_LINK


@require_safe
def account_list(request):
    """All accounts, for admins."""
    _must_administer(request.user)
    accounts = User.objects.manageable_by(request.user).by_name()
    page = Paginator(accounts, PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/account_list.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request):
    """Create an account and show its first link."""
    _must_administer(request.user)
    initial = {"role": Role.RESEARCHER, "key": links.new_key()}
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and (made := form.made_before()):
        return _show_link(request, made, form.data["key"], links.issue(made, key=form.data["key"]))
    if form.is_valid() and (path := form.save(made_by=request.user)):
        return _show_link(request, form.instance, form.cleaned_data["key"], path)
    return _answer(request, "accounts/account_new.html", {"form": form}, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_detail(request, account_id):
    """One account, for admins: its role, its links, whether it may be entered."""
    account = get_object_or_404(User.objects.manageable_by(request.user), pk=account_id)
    error, stale, status = "", None, 200
    if request.method == "POST":
        try:
            return _act_on(request, account)
        except managing.StaleError as conflict:
            account, status = conflict.current, 409
            stale = {"act": request.POST.get("act"), "role": request.POST.get("role")}
        except ValidationError as refusal:
            error, status = " ".join(refusal.messages), 422
        account.refresh_from_db()
    context = {
        "account": account,
        "is_own": account.pk == request.user.pk,
        "link": account.sign_in_links.live().select_related("made_by").first(),
        "roles": Role.choices,
        "key": links.new_key(),
        "error": error,
        "stale": stale,
    }
    return render(request, "accounts/account_detail.html", context, status=status)


def _act_on(request, account):
    act = request.POST.get("act")
    kinds = {"role": RoleForm, "link": LinkForm, "activate": BasedOnForm, "deactivate": BasedOnForm}
    form = kinds.get(act, BasedOnForm)(request.POST)
    if act not in kinds or not form.is_valid():
        raise ValidationError("This form is incomplete. Nothing has been changed; try again.")
    data = form.cleaned_data
    if act == "link":
        path = managing.issue_link(account, request.user, data["version"], data["key"])
        return _show_link(request, account, data["key"], path)
    wanted = {"role": data["role"]} if act == "role" else {"is_active": act == "activate"}
    account = managing.change(account, request.user, data["version"], **wanted)
    messages.success(request, f"{account}: {account.get_role_display()}, {account.activity}.")
    return redirect("accounts:account_detail", account.pk)


def _show_link(request, account, key, path):
    """The only page that ever shows a link."""
    context = {
        "account": account,
        "address": request.build_absolute_uri(path),
        "link": links.issued(account, key).live().first(),
    }
    response = render(request, "accounts/account_link.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _must_administer(user):
    """What one may not see answers like what does not exist."""
    if not user.may_administer:
        raise Http404


def _answer(request, template, context, form):
    """The page, with the status that the form's errors ask for."""
    if not form.errors:
        return render(request, template, context)
    wait = getattr(form, "guess", None) and form.guess.wait
    response = render(request, template, context, status=429 if wait else 422)
    if wait:
        response["Retry-After"] = str(wait)
    return response
