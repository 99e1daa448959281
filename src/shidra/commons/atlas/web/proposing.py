"""Anyone may propose a listing or a correction, ask to keep a listing, or ask for one to be taken out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shidra.commons.atlas.body_content import BodyContent, body_content, differences
from shidra.commons.atlas.content import ListingContent
from shidra.commons.atlas.models import Body, Listing, Proposal, State
from shidra.commons.atlas.proposals import proposal_of
from shidra.commons.atlas.usecases.propose import LONGEST_MESSAGE, confirm_address, propose
from shidra.commons.atlas.web.against_spam import GuardedForm, is_flood, too_many_links
from shidra.commons.atlas.web.body_form import BodyForm
from shidra.commons.atlas.web.listing_form import ListingForms, Together
from shidra.commons.atlas.writing import content_of
from shidra.foundation.look.broken_rules import add_to_form
from shidra.kernel.errors import RuleBroken

edits = require_http_methods(["GET", "HEAD", "POST"])


class ProposerForm(GuardedForm):
    """Who proposes, and where it is known from."""

    source = forms.CharField(label=_("Where is this known from?"), max_length=500, required=False,
                             help_text=_("A web address, or a publication by its title. It is shown beside what it is for."),
                             widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}))  # fmt: skip
    message = forms.CharField(label=_("A word to the editors"), max_length=LONGEST_MESSAGE, required=False,
                              widget=forms.Textarea(attrs={"dir": "auto"}))  # fmt: skip
    email = forms.EmailField(label=_("Your e-mail address"), max_length=254, help_text=_(
        "We write to it once to see that it is yours, and once to tell you what became of it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}))  # fmt: skip

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind in (Proposal.Kind.CLAIM, Proposal.Kind.REMOVAL):
            del self.fields["source"]
            self.fields["message"].required = True
        if kind == Proposal.Kind.NEW:
            self.fields["source"].required = True
        if kind == Proposal.Kind.CLAIM:
            self.fields["message"].label = _("Who are you in the initiative?")
            self.fields["message"].help_text = _(
                "And how can the editors see that: an address at its own web site, a page that names you."
            )
        if kind == Proposal.Kind.REMOVAL:
            self.fields["message"].label = _("Why should it be taken out?")


@edits
def new(request: HttpRequest) -> HttpResponse:
    """Propose an initiative that the atlas does not know."""
    return _propose(request, Proposal.Kind.NEW, None, ListingForms(request.POST or None))


@edits
def correct(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose other words for what the atlas says: what differs from them is what is proposed."""
    listing = _listing(slug)
    return _propose(
        request, Proposal.Kind.CORRECTION, listing, ListingForms(request.POST or None, present=content_of(listing))
    )


@edits
def correct_body(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose other words for what the atlas says of a body."""
    body = Body.objects.filter(slug=slug, state=State.PUBLIC).prefetch_related("identifiers").first()
    if body is None:
        raise Http404
    form = BodyForm(request.POST or None, body_content(body))
    return _propose(request, Proposal.Kind.CORRECTION, body, form)


@edits
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to keep a listing, as one of the initiative's own people."""
    return _propose(request, Proposal.Kind.CLAIM, _listing(slug), None)


@edits
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a listing to be taken out."""
    return _propose(request, Proposal.Kind.REMOVAL, _listing(slug), None)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """A letter is on its way, whoever asked for it."""
    return render(request, "atlas/proposal_sent.html")


@edits
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the letter: a page with a button, for programs that look through letters follow links."""
    try:
        proposal = confirm_address(token=token) if request.method == "POST" else proposal_of(token)
    except RuleBroken:
        return render(request, "atlas/link_void.html", status=404)
    return render(request, "atlas/proposal_confirm.html", {"proposal": proposal, "about": proposal.about})


def _listing(slug: str) -> Listing:
    found = Listing.objects.filter(slug=slug, state=State.PUBLIC).first()
    if found is None:
        raise Http404
    return found


def _propose(
    request: HttpRequest, kind: str, about: Listing | Body | None, filled: ListingForms | BodyForm | None
) -> HttpResponse:
    proposer = ProposerForm(request.POST or None, kind=kind)
    status = 200
    if request.method == "POST":
        if proposer.is_trapped:
            return redirect("atlas:sent")
        status = 422
        good = [proposer.is_valid(), filled is None or filled.is_valid()]
        if all(good):
            said = proposer.cleaned_data
            texts = [said["message"]]
            content, facts = _told(filled)
            if content is not None:
                texts += content.summary.values()
            if too_many_links(*texts):
                proposer.add_error(
                    None, gettext("There are very many links in this. Name the source, and leave the others out.")
                )
            elif is_flood(request, said["email"]):
                proposer.add_error(
                    None,
                    gettext(
                        "A great deal was proposed from here today. What you wrote is still here: send it tomorrow."
                    ),
                )
                status = 429
            else:
                try:
                    propose(
                        kind=kind, listing=about if isinstance(about, Listing) else None,
                        body=about if isinstance(about, Body) else None, content=content, facts=facts,
                        source=said.get("source", ""), message=said["message"], email=said["email"],
                        language=get_language() or "en",
                    )  # fmt: skip
                except RuleBroken as broken:
                    add_to_form(proposer, broken)
                else:
                    return redirect("atlas:sent")
    is_body = isinstance(filled, BodyForm)
    context = {
        "forms": None if is_body else filled, "body_form": filled if is_body else None, "proposer": proposer,
        "about": about, "kind": kind,
        "together": filled.together(proposer) if isinstance(filled, ListingForms)
        else Together(*filter(None, [filled, proposer])),
    }  # fmt: skip
    return render(request, "atlas/propose.html", context, status=status)


def _told(filled: ListingForms | BodyForm | None) -> tuple[ListingContent | BodyContent | None, list[str]]:
    """What the forms say, and which facts of it differ from what the atlas says."""
    if filled is None:
        return None, []
    if isinstance(filled, ListingForms):
        return filled.content, list(filled.facts())
    content = filled.content()
    return content, list(differences(filled.before, content))
