"""Adresses de `reseau` à l'intérieur d'un réseau ; `urls_racine` les inclut sous `/<réseau>/`."""

from django.urls import path

from reseau.views import cartes, dispositifs, institutions, journal, membres, parametres, presentation

PAGES = [
    path("membres/", membres.membres, name="membres"),
    path("membres/ajouter/", membres.creer, name="membre-creer"),
    path("membres/<int:pk>/", membres.membre, name="membre"),
    path("membres/<int:pk>/modifier/", membres.modifier, name="membre-modifier"),
    path("membres/<int:pk>/inviter/", membres.inviter, name="membre-inviter"),
    path("membres/<int:pk>/depart/", membres.partir, name="membre-partir"),
    path("membres/<int:pk>/carte.pdf", cartes.celle_d_un_membre, name="membre-carte-pdf"),
    path("membres/<int:pk>/cartes.pdf", cartes.celles_d_un_membre, name="membre-cartes-pdf"),
    path("ma-fiche/", membres.ma_fiche, name="ma-fiche"),
    path("ma-fiche/carte.pdf", cartes.la_mienne, name="ma-carte-pdf"),
    path("ma-fiche/cartes.pdf", cartes.les_miennes, name="mes-cartes-pdf"),
    path("institutions/", institutions.institutions, name="institutions"),
    path("institutions/ajouter/", institutions.creer, name="institution-creer"),
    path("institutions/<int:pk>/modifier/", institutions.modifier, name="institution-modifier"),
    path("dispositifs/", dispositifs.dispositifs, name="dispositifs"),
    path("dispositifs/ajouter/", dispositifs.creer, name="dispositif-creer"),
    path("dispositifs/<int:pk>/modifier/", dispositifs.modifier, name="dispositif-modifier"),
    path("institutions/<int:pk>/logo/", institutions.logo, name="institution-logo"),
    path("parametres/", parametres.reglages, name="parametres"),
    path("parametres/lettre/", parametres.lettre, name="parametres-lettre"),
    path("parametres/lettre/apercu/", parametres.apercu, name="lettre-apercu"),
    path("parametres/signataires/", parametres.signataires, name="signataires"),
    path("parametres/signataires/ajouter/", parametres.signataire_creer, name="signataire-creer"),
    path("parametres/signataires/<int:pk>/modifier/", parametres.signataire_modifier, name="signataire-modifier"),
    path("logo/", parametres.logo, name="logo"),
    path("parametres/presentation/", presentation.reglages, name="parametres-presentation"),
    path("plaquette.pdf", presentation.plaquette, name="plaquette-pdf"),
    path("presentation/", presentation.presentation, name="presentation"),
    path("presentation/logo/", presentation.logo, name="presentation-logo"),
    path("presentation/institutions/<int:pk>/logo/", presentation.logo_d_institution, name="presentation-institution-logo"),
    path("couleurs.css", presentation.couleurs, name="couleurs"),
    path("journal/", journal.journal, name="journal"),
]
