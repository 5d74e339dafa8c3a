import pytest
from django.urls import reverse
from tests.factories import *
from visites.models import *

pytestmark = pytest.mark.django_db

def test_tout(clients, membres, reseau):
    cible = CibleFactory(reseau=reseau, decidee=True)
    campagne = CampagneFactory(reseau=reseau, cible=cible)
    for _ in range(3):
        LigneDeCibleFactory(cible=cible)
    visites = [VisiteFactory(reseau=reseau, campagne=campagne, **{etat: True}, **({"developpeur": membres["direct"], "accompagnant": membres["associe"]})) for etat in ["programmee","annoncee","rendez_vous","realisee","restituee"]]
    visites += [VisiteFactory(reseau=reseau, campagne=campagne, **({etat: True} if etat else {})) for etat in ["refusee","annulee","injoignable", None]]
    lettre = CourrierFactory(visite=visites[0])
    lettre2 = CourrierFactory(visite=visites[1], a_signer=True)
    ent = visites[0].entreprise
    for role, client in clients.items():
        for nom, args in [("liste",[]),("campagnes",[]),("campagne-creer",[]),("campagne",[campagne.pk]),("campagne-modifier",[campagne.pk]),("programmer",[campagne.pk]),("cible-couverture",[cible.pk]),("courriers",[]),("courrier",[lettre.pk]),("courrier-pdf",[lettre.pk]),("courrier-rejeter",[lettre2.pk]),("courriers-figer",[]),("courriers-pdf",[]),("entreprise",[ent.pk]),("proposer",[cible.lignes.first().entreprise_id])] + [("visite",[v.pk]) for v in visites] + [(g,[visites[0].pk]) for g in ["affecter","rendre","rendez-vous","realiser","refuser","injoignable","annuler"]]:
            r = client.get(reverse("visites:"+nom, args=[reseau.slug, *args]))
            print(role, nom, r.status_code)
