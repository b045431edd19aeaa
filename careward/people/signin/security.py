"""The pages of django-allauth that Careward uses, each with its permission. What is not here is not routed."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as apps
from allauth.mfa.webauthn import views as passkeys
from django.http import HttpResponse

from careward.people.signin.idle import ENDED
from careward.people.signin.middleware import FACTOR_KEY
from careward.people.signin.sign_in import ForgottenForm
from careward.people.signin.words import ended
from careward.web.permission import ANYONE, SIGNED_IN, needs


class SignIn(account.LoginView):
    """Says why the session before this one ended, where it did not end by signing out."""

    def get_context_data(self, **facts):  # type: ignore[no-untyped-def]
        return {**super().get_context_data(**facts), "ended": ended(self.request.session.get(ENDED, ""))}


class Forgotten(account.PasswordResetView):
    form_class = ForgottenForm


class SetUpApp(apps.ActivateTOTPView):
    """An app set up in a session is proved in it: its code was read back a moment ago."""

    def form_valid(self, form) -> HttpResponse:  # type: ignore[no-untyped-def]
        response = super().form_valid(form)
        self.request.session[FACTOR_KEY] = self.request.user.pk
        return response


class AddPasskey(passkeys.AddWebAuthnView):
    """A passkey made in a session is proved in it: the browser has just shown that it holds the key."""

    def form_valid(self, form) -> HttpResponse:  # type: ignore[no-untyped-def]
        response = super().form_valid(form)
        self.request.session[FACTOR_KEY] = self.request.user.pk
        return response


sign_in = needs(ANYONE)(SignIn.as_view())
sign_out = needs(ANYONE)(account.logout)
not_active = needs(ANYONE)(account.account_inactive)
second_step = needs(ANYONE)(factors.authenticate)
passkey_sign_in = needs(ANYONE)(passkeys.login_webauthn)
forgotten = needs(ANYONE)(Forgotten.as_view())
forgotten_sent = needs(ANYONE)(account.password_reset_done)
new_password = needs(ANYONE)(account.password_reset_from_key)
new_password_done = needs(ANYONE)(account.password_reset_from_key_done)

again = needs(SIGNED_IN)(account.reauthenticate)
again_by_code = needs(SIGNED_IN)(factors.reauthenticate)
again_by_passkey = needs(SIGNED_IN)(passkeys.reauthenticate_webauthn)
change_password = needs(SIGNED_IN)(account.password_change)
set_password = needs(SIGNED_IN)(account.password_set)
overview = needs(SIGNED_IN)(factors.index)
add_app = needs(SIGNED_IN)(SetUpApp.as_view())
remove_app = needs(SIGNED_IN)(apps.deactivate_totp)
see_codes = needs(SIGNED_IN)(codes.view_recovery_codes)
new_codes = needs(SIGNED_IN)(codes.generate_recovery_codes)
download_codes = needs(SIGNED_IN)(codes.download_recovery_codes)
list_passkeys = needs(SIGNED_IN)(passkeys.list_webauthn)
add_passkey = needs(SIGNED_IN)(AddPasskey.as_view())
rename_passkey = needs(SIGNED_IN)(passkeys.edit_webauthn)
remove_passkey = needs(SIGNED_IN)(passkeys.remove_webauthn)
