"""Say where a part of the record is sent from, and where one looks at it as a partner."""

from django.urls import path

from casemgr.sharing import views

app_name = "sharing"
urlpatterns = [
    path("<uuid:patient>/send/", views.share, name="share"),
    path("<uuid:patient>/as-partner/", views.as_partner, name="as_partner"),
    path("referrals/<int:referral_id>/packet/", views.referral_packet, name="referral_packet"),
]
