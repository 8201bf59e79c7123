"""Say where the plain answers are found; the product's own addresses never lead here."""

from django.urls import include, path

from casemgr import urls as product
from casemgr.bench.plain import api

urlpatterns = [
    path("plain/partners/<int:partner>/patients", api.patients),
    path("plain/partners/<int:partner>/patients/<uuid:patient>", api.patient),
    path("plain/partners/<int:partner>/referrals/<int:number>/answer", api.answer),
    path("", include(product.urlpatterns)),
]
