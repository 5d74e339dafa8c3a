"""Adresses de `reseau` à l'intérieur d'un réseau ; `urls_racine` les inclut sous `/<réseau>/`."""

from django.urls import path

from reseau.views import dispositifs, institutions, journal, membres, parametres

PAGES = [
    path("membres/", membres.membres, name="membres"),
    path("membres/ajouter/", membres.creer, name="membre-creer"),
    path("membres/<int:pk>/", membres.membre, name="membre"),
    path("membres/<int:pk>/modifier/", membres.modifier, name="membre-modifier"),
    path("membres/<int:pk>/inviter/", membres.inviter, name="membre-inviter"),
    path("membres/<int:pk>/depart/", membres.partir, name="membre-partir"),
    path("ma-fiche/", membres.ma_fiche, name="ma-fiche"),
    path("institutions/", institutions.institutions, name="institutions"),
    path("institutions/ajouter/", institutions.creer, name="institution-creer"),
    path("institutions/<int:pk>/modifier/", institutions.modifier, name="institution-modifier"),
    path("dispositifs/", dispositifs.dispositifs, name="dispositifs"),
    path("dispositifs/ajouter/", dispositifs.creer, name="dispositif-creer"),
    path("dispositifs/<int:pk>/modifier/", dispositifs.modifier, name="dispositif-modifier"),
    path("parametres/", parametres.reglages, name="parametres"),
    path("parametres/lettre/", parametres.lettre, name="parametres-lettre"),
    path("parametres/lettre/apercu/", parametres.apercu, name="lettre-apercu"),
    path("parametres/signataires/", parametres.signataires, name="signataires"),
    path("parametres/signataires/ajouter/", parametres.signataire_creer, name="signataire-creer"),
    path("parametres/signataires/<int:pk>/modifier/", parametres.signataire_modifier, name="signataire-modifier"),
    path("logo/", parametres.logo, name="logo"),
    path("journal/", journal.journal, name="journal"),
]
