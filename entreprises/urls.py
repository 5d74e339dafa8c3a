"""Adresses du tissu d'entreprises, sous `/<réseau>/`."""

from django.urls import path

from entreprises.views import cibles, contacts, entreprises, imports

app_name = "entreprises"
urlpatterns = [
    path("entreprises/", entreprises.liste, name="liste"),
    path("entreprises/ajouter/", entreprises.ajouter, name="ajouter"),
    path("entreprises/export/", entreprises.export, name="export"),
    path("entreprises/<int:pk>/", entreprises.fiche, name="fiche"),
    path("entreprises/<int:pk>/modifier/", entreprises.modifier, name="modifier"),
    path("entreprises/<int:pk>/contacts/ajouter/", contacts.ajouter, name="contact-ajouter"),
    path("entreprises/<int:pk>/deports/ajouter/", contacts.deport_ajouter, name="deport-ajouter"),
    path("entreprises/contacts/<int:pk>/modifier/", contacts.modifier, name="contact-modifier"),
    path("entreprises/contacts/<int:pk>/supprimer/", contacts.supprimer, name="contact-supprimer"),
    path("entreprises/deports/<int:pk>/retirer/", contacts.deport_retirer, name="deport-retirer"),
    path("entreprises/imports/", imports.liste, name="imports"),
    path("entreprises/imports/deposer/", imports.deposer, name="importer"),
    path("entreprises/imports/<int:pk>/", imports.voir, name="import"),
    path("entreprises/imports/<int:pk>/ecrire/", imports.ecrire, name="import-ecrire"),
    path("entreprises/imports/<int:pk>/abandonner/", imports.abandonner, name="import-abandonner"),
    path("entreprises/imports/<int:pk>/rejets/", imports.rejets, name="import-rejets"),
    path("entreprises/cibles/", cibles.liste, name="cibles"),
    path("entreprises/cibles/creer/", cibles.creer, name="cible-creer"),
    path("entreprises/cibles/<int:pk>/", cibles.voir, name="cible"),
    path("entreprises/cibles/<int:pk>/modifier/", cibles.modifier, name="cible-modifier"),
    path("entreprises/cibles/<int:pk>/decider/", cibles.decider, name="cible-decider"),
    path("entreprises/cibles/lignes/<int:pk>/ecarter/", cibles.ecarter, name="cible-ecarter"),
    path("entreprises/cibles/lignes/<int:pk>/reprendre/", cibles.reprendre, name="cible-reprendre"),
]
