"""How a person names a filter of the dashboard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.board_filter import BoardFilter, query_of
from jobs.models import SavedFilter
from jobs.models.saved_filter import MOST_FILTERS


class SavedFilterForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name; of a new filter also the address of the dashboard that it stands for."""

    query = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=1000)

    class Meta:
        model = SavedFilter
        fields = ("name",)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.mine = SavedFilter.objects.for_user(user)

    def clean_name(self) -> str:
        """One that the person has not given yet."""
        name: str = self.cleaned_data["name"]
        if self.mine.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("You have a filter of this name already."))
        return name

    def clean_query(self) -> str:
        """As the dashboard itself would write it; that of a saved filter stays what it is."""
        if self.instance.pk:
            return str(self.instance.query)
        told = QueryDict(self.cleaned_data["query"])
        query = query_of(BoardFilter.wish(told, Account.objects.for_user(self.user)))
        if not query:
            raise forms.ValidationError(_("Filter the jobs first; then the filter can be saved."))
        return query

    def clean(self) -> dict[str, Any] | None:
        """Not more than can be looked through."""
        if not self.instance.pk and self.mine.count() >= MOST_FILTERS:
            raise forms.ValidationError(
                _("You have %(most)s filters; delete one first.") % {"most": MOST_FILTERS}
            )
        return super().clean()

    def keep(self) -> SavedFilter:
        """Save it as the person's."""
        self.instance.user = self.user
        self.instance.query = self.cleaned_data["query"]
        return self.save()  # type: ignore[no-any-return]
