"""A5 : un jeton par champ de texte d'un autre réseau, cherché par chaque rôle, et sans compte, dans tout ce que le sien montre.

Pages, listes cherchées par les trois lettres que tous les jetons partagent, exports, papiers (leur texte, sans les mettre en
page), adresses que l'on reçoit par courriel, page publique, et les courriels eux-mêmes. Ce qu'un formulaire envoie est à A4.
"""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from entreprises.models import Correspondance
from reseau.models import Convention, LogoDInstitution, Membre, PieceJointe, Presence, Reseau
from suivi import operations
from suivi.convocations import chemin_de_reponse
from suivi.liens import adresse_de_reponse
from suivi.models import Brouillon, ConsultationDuPanel, Projet, Proposition
from tests.adresses import routes_publiques
from tests.conftest import connecter
from tests.factories import (
    INSTANT,
    JOUR,
    ActionFactory,
    ConvocationFactory,
    ExposeFactory,
    FluxAgendaFactory,
    InvitationFactory,
    LettreDeSuitesFactory,
    PointFactory,
    PresentationFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.fiabilite import derives
from tests.fiabilite.semis import PREFIXE, Semis
from tests.fiabilite.verification import verification
from tests.lectures import dit, lire, pages
from tests.terrain import PROFILS, Terrain
from tests.test_acces import reseau_oublie
from tests.test_deport import Canari
from visites.models import EnvoiDeLettre, PartieReservee

pytestmark = pytest.mark.django_db


class Ailleurs:
    """Un autre réseau, garni de tout ce qui s'y garde, un jeton dans chaque champ."""

    def __init__(self):
        self.terrain = Terrain()
        self.reseau, self.membres, cles = self.terrain.reseau, self.terrain.membres, self.terrain.a_eux
        self.objets = Canari(self.terrain, "animateur").objets
        self.reunion = ReunionFactory(reseau=self.reseau)
        self.visite = VisiteFactory(reseau=self.reseau, rendez_vous=True, developpeur=self.membres["direct"])
        self._completer_la_reunion()
        self._completer_les_visites()
        Correspondance.objects.create(reseau=self.reseau, nom="Fichier", entetes="e" * 64)
        Convention.objects.create(institution_id=cles["institution"])
        PieceJointe.objects.create(pli_id=cles["pli"], nom="lettre.pdf", genre="application/pdf", octets=b"%PDF-")
        PresentationFactory(reseau=self.reseau)
        derives.tenir(self.reunion)
        self.semis = Semis(self.reseau)

    def _completer_la_reunion(self):
        ConvocationFactory(reunion=self.reunion, membre=self.membres["direct"])
        ExposeFactory(reunion=self.reunion)
        PointFactory(reunion=self.reunion, retire_le=INSTANT, retire_par=self.membres["animateur"], motif_de_retrait="Reporté")
        Proposition.objects.filter(entreprise__reseau=self.reseau).update(decidee_en=self.reunion, motif_d_ecart="Trop loin")
        ConsultationDuPanel.objects.create(chef_id=self.objets["chef"], le=JOUR, membre=self.membres["direct"], sujet="Plaquette")

    def _completer_les_visites(self):
        InvitationFactory(visite=self.visite)
        InvitationFactory(visite=self.visite, envoyee_le=None, echec="Refusée")
        Brouillon.objects.create(visite=self.visite, membre=self.membres["direct"], contenu="phrase=")
        suites = LettreDeSuitesFactory(visite_id=self.objets["visite"])
        PartieReservee.objects.create(compte_rendu=suites.visite.compte_rendu, texte="La succession")
        lettre = {"courrier_id": self.objets["courrier"], "courriel": "dirigeante@exemple.fr", "corps": "Bonjour"}
        EnvoiDeLettre.objects.create(**lettre, objet="Une visite", demande_par=self.membres["direct"])

    def deriver(self):
        """Ses papiers se figent, et ses rapports partent, d'après les champs plantés."""
        derives.figer(self.reunion, par=Membre.objects.get(pk=self.membres["animateur"].pk))


def sans_compte(ici):
    """(nom, adresse) de tout ce qui s'ouvre sans compte : la page publique, l'agenda, les liens reçus par courriel."""
    PresentationFactory(reseau=ici.reseau)
    Reseau.objects.filter(pk=ici.reseau.pk).update(logo=b"\xff\xd8")
    LogoDInstitution.objects.create(institution_id=ici.a_eux["institution"], image=b"\xff\xd8")
    for route in routes_publiques():
        if not {"jeton"} & {*route.arguments}:
            yield route.nom, route.adresse(ici.reseau.slug, ici.a_eux)
    direct, associe = ici.membres["direct"], ici.membres["associe"]
    yield "flux-agenda", FluxAgendaFactory(membre=direct).chemin
    presence = Presence.objects.create(reunion=ReunionFactory(reseau=ici.reseau, le=localdate()), membre=direct)
    yield "reponse", chemin_de_reponse(presence)
    action = ActionFactory(projet=Projet.objects.get(pk=ici.a_eux["projet"]), responsable=associe)
    action.mouvements.create(membre=direct, mouvement="proposition", responsable=associe)
    yield "action-repondre", adresse_de_reponse(action, racine="")
    visite = VisiteFactory(reseau=ici.reseau, realisee=True, developpeur=direct)
    _, jeton = operations.proposer_l_evaluation(visite, "dirigeante@exemple.fr", par=direct, instant=now())
    yield "evaluation", reverse("evaluation", args=[jeton])


@verification("A5", "un jeton par champ d’un autre réseau, cherché par chaque rôle", casser=reseau_oublie)
@pytest.mark.parametrize("profil", PROFILS)
def test_jetons_d_un_autre_reseau_ne_sont_nulle_part(bilan, papiers_en_clair, profil):
    ailleurs, ici = Ailleurs(), Terrain()
    ailleurs.deriver()
    ici.a_eux["import écrit"] = ici.a_eux["import"]
    client = connecter(ici.membres[profil])
    client.raise_request_exception = False
    for nom, adresse in pages(ici, PREFIXE):
        _chercher(bilan, ailleurs, client, nom, adresse)


@verification("A5", "un jeton par champ d’un autre réseau, cherché sans compte, par chaque lien reçu", casser=reseau_oublie)
def test_jetons_d_un_autre_reseau_ne_se_lisent_pas_sans_compte(bilan, papiers_en_clair):
    ailleurs, ici = Ailleurs(), Terrain()
    for nom, adresse in sans_compte(ici):
        assert _chercher(bilan, ailleurs, Client(), nom, adresse) == 200, f"{nom} ne s’ouvre pas : rien n’y serait cherché"


def _chercher(bilan, ailleurs, client, nom, adresse):
    """Note ce que cette adresse dit d'ailleurs, et rend le statut."""
    response, texte = lire(client, adresse)
    lus = ailleurs.semis.lus(texte)
    bilan.noter(response.status_code < 500 and not lus, f"{nom} {adresse} ({response.status_code}) : {sorted(lus)}")
    return response.status_code


@verification("A5", "un jeton par champ d’un autre réseau, cherché dans chaque courriel", casser=reseau_oublie)
def test_jetons_d_un_autre_reseau_ne_sont_dans_aucun_courriel(bilan, papiers_en_clair):
    """Celui d'ici écrit tout ce qu'il peut, l'autre ce que font les commandes ; le jeton d'un destinataire dit duquel il est."""
    ailleurs, ici = Ailleurs(), Terrain()
    derives.tenir(ReunionFactory(reseau=ici.reseau))
    derives.ecrire(ici.reseau, par=ici.membres["secretariat"])
    siens = [courriel for courriel in mail.outbox if not ailleurs.semis.lus(" ".join(courriel.recipients()).lower())]
    for courriel in siens:
        lus = ailleurs.semis.lus(dit(courriel))
        bilan.noter(not lus, f"à {courriel.recipients()}, « {courriel.subject} » : {sorted(lus)}")
    bilan.noter(len(siens) < len(mail.outbox), "l’autre réseau n’a rien écrit")


SANS_LIGNE = {"visites.courrier.courriel"}  # la base ne l'admet que d'une lettre partie par courriel
LUS_AU_MOINS = 110  # le reste ne s'affiche pas, ou pas sur l'objet que l'on ouvre


@verification("A5", "chaque champ porte son jeton, et plus de cent dix se lisent chez eux, par l’animateur")
def test_jetons_se_lisent_chez_eux(bilan, papiers_en_clair):
    ailleurs = Ailleurs()
    bilan.noter(not ailleurs.semis.vides ^ SANS_LIGNE, f"sans jeton : {sorted(ailleurs.semis.vides ^ SANS_LIGNE)}")
    client, lus = connecter(ailleurs.membres["animateur"]), set()
    ailleurs.terrain.reseau.refresh_from_db()
    client.raise_request_exception = False
    for _, adresse in pages(ailleurs.terrain, PREFIXE):
        lus |= ailleurs.semis.lus(lire(client, adresse)[1])
    bilan.mesurer("champs dont le jeton se lit chez lui", f"{len(lus)} sur {len(ailleurs.semis.places)}")
    bilan.noter(len(lus) > LUS_AU_MOINS, f"{len(lus)} seulement ; jamais lus : {sorted({*ailleurs.semis.places.values()} - lus)}")
