"""Addresses of signing in, roles. Included at '': django-allauth asks for its own names, which have no namespace."""

from django.conf import settings
from django.urls import include, path, re_path

from careward.people.signin import doors, saved_view_pages, security, token_views, views

pages = [
    path("people/roles/", views.roles, name="roles"),
    path("people/roles/kinds/", views.role_kinds, name="role_kinds"),
    path("people/roles/give/", views.give_role, name="give_role"),
    path("people/roles/give/<slug:step>/", views.give_role, name="give_role"),
    path("people/add/", views.add_user, name="add_user"),
    path("people/add/<slug:step>/", views.add_user, name="add_user"),
    path("people/roles/<int:grant_id>/end/", views.end_role, name="end_role"),
    path("people/invitations/<int:invitation_id>/withdraw/", views.withdraw, name="withdraw"),
    path("invited/<str:key>/", doors.invited, name="invited"),
    path("account/tokens/", token_views.own, name="tokens"),
    path("account/tokens/make/", token_views.make, name="make_token"),
    path("account/tokens/<int:token_id>/end/", token_views.end, name="end_token"),
    path("people/tokens/", token_views.everybody, name="all_tokens"),
    path("views/", saved_view_pages.views, name="views"),
    path("views/<int:number>/", saved_view_pages.open_view, name="open_view"),
    path("views/<int:number>/rename/", saved_view_pages.rename, name="rename_view"),
    path("views/<int:number>/end/", saved_view_pages.end, name="end_view"),
    path("organisation/", doors.choose, name="choose"),
    path("terms/", doors.terms, name="terms"),
    path("account/second-factor/", doors.second_factor, name="second_factor"),
]
if settings.DEMONSTRATION:
    pages.append(path("demonstration/", doors.demonstration, name="demonstration"))

signing_in = [
    path("sign-in/", security.sign_in, name="account_login"),
    path("sign-in/second-step/", security.second_step, name="mfa_authenticate"),
    path("sign-in/passkey/", security.passkey_sign_in, name="mfa_login_webauthn"),
    path("sign-in/closed/", security.not_active, name="account_inactive"),
    path("sign-in/again/", security.again, name="account_reauthenticate"),
    path("sign-in/again/code/", security.again_by_code, name="mfa_reauthenticate"),
    path("sign-in/again/passkey/", security.again_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("sign-in/forgotten/", security.forgotten, name="account_reset_password"),
    path("sign-in/forgotten/sent/", security.forgotten_sent, name="account_reset_password_done"),
    re_path(r"^sign-in/new-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", security.new_password, name="account_reset_password_from_key"),
    path("sign-in/new-password/done/", security.new_password_done, name="account_reset_password_from_key_done"),
    path("sign-out/", security.sign_out, name="account_logout"),
    path("account/logout/", security.sign_out),
]

account = [
    path("", security.overview, name="mfa_index"),
    path("password/", security.change_password, name="account_change_password"),
    path("password/set/", security.set_password, name="account_set_password"),
    path("app/", security.add_app, name="mfa_activate_totp"),
    path("app/remove/", security.remove_app, name="mfa_deactivate_totp"),
    path("recovery-codes/", security.see_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", security.new_codes, name="mfa_generate_recovery_codes"),
    path("recovery-codes/download/", security.download_codes, name="mfa_download_recovery_codes"),
    path("passkeys/", security.list_passkeys, name="mfa_list_webauthn"),
    path("passkeys/add/", security.add_passkey, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/name/", security.rename_passkey, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", security.remove_passkey, name="mfa_remove_webauthn"),
]

urlpatterns = [path("", include((pages, "signin"))), *signing_in, path("account/", include(account))]
