"""Say where the plain answers are found; the product's own addresses never lead here."""

from django.urls import include, path

from casemgr import urls as product
from casemgr.bench.plain import views

urlpatterns = [
    path("plain/partners/<int:partner>/patients", views.patients),
    path("plain/partners/<int:partner>/patients/<uuid:patient>", views.patient),
    path("plain/partners/<int:partner>/referrals/<int:number>/answer", views.answer),
    path("plain/case-manager/", views.case_manager_today),
    path("plain/nurse/", views.nurse_today),
    path("plain/chart/<uuid:patient>/", views.chart),
    path("", include(product.urlpatterns)),
]
