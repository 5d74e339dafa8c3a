"""G6 : près de chaque champ libre, ce qu'on n'y écrit pas ; un texte à risque avertit, sans jamais empêcher d'enregistrer.

Les phrases (`tests/donnees/phrases_*.txt`, inventées, une par ligne) viennent de deux mains, 600 à risque et 600 anodines :

- 200 et 200 de l'auteur du lexique, en trois jets, chacun avant la version qu'il mesurait : rappel à première lecture de 33 %,
  puis 47 % sur les deux derniers ; le lexique a ensuite appris d'elles ;
- deux fois 200 et 200, A puis B, d'un autre auteur, qui n'avait pas lu le lexique. Face à la version d'alors : rappel de 68 % (A)
  et 47 % (B), 7 et 17 fausses alarmes sur 200. Le lexique a appris d'A sans ouvrir B ; mesuré une fois, il a signalé 81 % de B,
  avec 13 fausses alarmes (6,5 %) ; puis il a appris de B.

Le chiffre d'ici est donc une promesse tenue sur ce qui est connu. Sur l'inconnu, compter quatre phrases sur cinq (presque toutes
pour la santé et le syndicat, deux sur trois pour la vie privée, un peu plus d'une sur deux pour une infraction) et une fausse
alarme sur quinze ; moins encore sous d'autres plumes, A et B étant de la même.
"""

import re
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from reseau.lib import reperage
from reseau.lib.formulaires import Formulaire, FormulaireFiltre, est_libre
from suivi.models import MessageDAction
from tests.adresses import routes
from tests.conftest import connecter
from tests.fiabilite.verification import verification
from tests.terrain import Terrain

DONNEES = Path(__file__).parent.parent / "donnees"
A_RISQUE, ANODINES = (
    (DONNEES / f"phrases_{sorte}.txt").read_text(encoding="utf-8").splitlines() for sorte in ("a_risque", "anodines")
)
RAPPEL_MINIMUM, ALARMES_MAXIMUM = 0.90, 0.05
MENTION = "Faits utiles seulement"
AUTOUR = 1_000  # caractères de la page, avant le champ


def lexique_vide(monkeypatch):
    muet = re.compile("(?!)")
    monkeypatch.setattr(reperage, "_lexique", lambda: (muet, muet, [("rien", muet, muet)]))


def lexique_affole(monkeypatch):
    muet, tout = re.compile("(?!)"), re.compile(r"\w+")
    monkeypatch.setattr(reperage, "_lexique", lambda: (muet, muet, [("tout", tout, muet)]))


@verification("G6", "600 phrases à risque, 600 anodines", casser=(lexique_vide, lexique_affole), rapide=True)
def test_reperage(bilan):
    tues = [phrase for phrase in A_RISQUE if not reperage.reperer(phrase)]
    criees = [phrase for phrase in ANODINES if reperage.reperer(phrase)]
    assert (len(A_RISQUE), len(ANODINES), len({*A_RISQUE, *ANODINES})) == (600, 600, 1200)
    bilan.noter_lot(600, tues if len(tues) > 600 * (1 - RAPPEL_MINIMUM) else [])
    bilan.noter_lot(600, criees if len(criees) > 600 * ALARMES_MAXIMUM else [])


def sans_mention(monkeypatch):
    monkeypatch.setattr("reseau.templatetags.champs.est_libre", lambda champ: False)


@pytest.mark.django_db
@verification("G6", "une mention près de chaque champ libre", casser=sans_mention)
def test_mention_pres_de_chaque_champ_libre(bilan):
    """Sur toutes les pages : chaque zone de texte qui n'est pas un modèle ou un réglage la porte."""
    terrain = Terrain()
    client = connecter(terrain.membres["animateur"])
    for route in routes():
        if "GET" not in route.vue.methodes or "." in (adresse := route.adresse(terrain.reseau.slug, terrain.a_eux)):
            continue
        response = client.get(adresse)
        for champ in champs_libres(response.context):
            place = response.text.find(f'id="{champ.auto_id}"')
            if place >= 0:  # l'étiquette, son aide et la mention précèdent le champ
                bilan.noter(MENTION in response.text[max(place - AUTOUR, 0) : place], f"{route.nom} : {champ.label}")


def champs_libres(contexte):
    """Les champs longs des formulaires que la page a reçus, hors ceux où l'on ne parle de personne."""
    vus = {}
    for valeurs in contexte or []:
        for valeur in [*valeurs.dicts] if hasattr(valeurs, "dicts") else [valeurs]:
            for objet in valeur.values():
                if isinstance(objet, Formulaire) and not isinstance(objet, FormulaireFiltre):
                    longs = [nom for nom, champ in objet.fields.items() if est_libre(champ)]
                    vus |= {(id(objet), nom): objet[nom] for nom in longs if nom not in objet.sans_mention}
    return vus.values()


def avertissement_qui_bloque(monkeypatch):
    def refuser(request, droit):
        raise PermissionError

    monkeypatch.setattr("reseau.acces.avertir", refuser)


def sans_avertissement(monkeypatch):
    monkeypatch.setattr("reseau.acces.avertir", lambda request, droit: None)


@pytest.mark.django_db
@verification("G6", "avertir n’empêche jamais d’enregistrer", casser=(avertissement_qui_bloque, sans_avertissement))
def test_avertir_sans_bloquer(bilan):
    terrain = Terrain()
    membre, slug = terrain.membres["direct"], terrain.reseau.slug
    client = connecter(membre)
    client.raise_request_exception = False
    adresse = reverse("suivi:action-message", args=[slug, terrain.a_eux["action"]])
    for phrase in A_RISQUE[: bilan.taille(5, 40)]:
        response = client.post(adresse, {"texte": phrase})
        dits = " ".join(str(message) for message in get_messages(response.wsgi_request)) if response.status_code == 302 else ""
        garde = MessageDAction.objects.filter(texte=phrase).exists()
        bilan.noter(response.status_code == 302 and garde and "relisez-vous" in dits, phrase)
