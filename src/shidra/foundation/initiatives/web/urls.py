from __future__ import annotations

from django.urls import path

from shidra.foundation.initiatives.web import people, views

app_name = "initiatives"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("status/", views.status, name="status"),
    path("past-names/", views.past_names, name="past_names"),
    path("past-names/<int:past_name>/remove/", views.remove_past_name, name="remove_past_name"),
    path("places/", views.places, name="places"),
    path("places/<int:place>/", views.place, name="place"),
    path("partners/", views.partners, name="partners"),
    path("partners/new/", views.new_partner, name="new_partner"),
    path("partners/<int:organisation>/", views.partner, name="partner"),
    path("partners/<int:organisation>/parts/", views.new_part, name="new_part"),
    path("partnerships/<int:partnership>/end/", views.end_part, name="end_part"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<int:membership>/end/", people.end, name="end_role"),
    path("invitations/<int:invitation>/withdraw/", people.withdraw, name="withdraw_invitation"),
    path("invitations/<int:invitation>/again/", people.invite_again, name="invite_again"),
    path("changes/", views.changes, name="changes"),
]
