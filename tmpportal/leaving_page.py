"""The page on which people delete their own login, told before what goes along."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.views.access import person
from accounts.views.confirming import confirm_first, is_confirmed
from tmpportal import leaving


class LeaveForm(forms.Form):
    """The person's own name, typed, so that no click alone deletes somebody."""

    username = forms.CharField(label=gettext_lazy("Type your name to confirm"), max_length=150)

    def __init__(self, *args: object, user: User) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._user = user
        self.fields["username"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_username(self) -> str:
        """Raises ValidationError for any other name, and for the last one who administers the portal."""
        name = str(self.cleaned_data["username"]).strip()
        if name != self._user.get_username():
            raise forms.ValidationError(_("Your name is “%(name)s”.") % {"name": self._user.get_username()})
        if is_last_operator(self._user):
            raise forms.ValidationError(_("Nobody else administers this portal. Name somebody first."))
        return name


def is_last_operator(user: User) -> bool:
    """Whether without `user` nobody could let people in or help them."""
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """What goes and what remains; a POST with the name, by a confirmed person, deletes the login."""
    user = person(request)
    if not is_confirmed(request):
        return confirm_first(request.path)
    form = LeaveForm(*([request.POST] if request.method == "POST" else []), user=user)
    if form.is_valid():
        logout(request)
        leaving.remove(user, by=None)
        messages.success(request, _("Your login is deleted."))
        return redirect("account_login")
    context = {"form": form, "accounts": leaving.goes_along(user), "is_last": is_last_operator(user)}
    return render(request, "leaving.html", context, status=422 if form.is_bound else 200)
