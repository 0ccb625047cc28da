"""Addresses of signing in and of accounts."""

from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/link/<str:token>/", views.sign_in_by_link, name="sign_in_by_link"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("mail/<str:token>/confirm/", views.digest_confirm, name="digest_confirm"),
    path("mail/<str:token>/stop/", views.digest_stop, name="digest_stop"),
    path("accounts/", views.account_list, name="account_list"),
    path("accounts/new/", views.account_new, name="account_new"),
    path("accounts/<int:account_id>/", views.account_detail, name="account_detail"),
]
