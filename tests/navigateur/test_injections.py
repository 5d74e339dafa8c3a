"""B9 : ce qu'un texte saisi tenterait dans la page qui le montre, lu par un vrai Chromium."""

from itertools import product

import pytest
from django.urls import reverse

from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    ContactFactory,
    EntrepriseFactory,
    ProjetFactory,
    VisiteFactory,
)
from tests.fiabilite.verification import verification

pytestmark = pytest.mark.navigateur

SORTIES = ["", '">', "'>", "</textarea>", "</title>", "-->", '" ', "' "]
CHARGES = [
    "<img src=x onerror=evade() data-evade>",
    "<svg onload=evade() data-evade>",
    "<script data-evade>evade()</script>",
    "onmouseover=evade() data-evade x=",
    "<iframe srcdoc='<b data-evade>' data-evade>",
    "<details open ontoggle=evade() data-evade>",
    "<a href=javascript:evade() data-evade>x</a>",
    "<base href=//ailleurs.exemple data-evade>",
    "<form action=//ailleurs.exemple data-evade><input>",
    "{{constructor.constructor('evade()')()}}<i data-evade>",
]
PIEGES = [sortie + charge for sortie, charge in product(SORTIES, CHARGES)]
EVADES = """() => [...document.querySelectorAll('[data-evade], base, a[href^="javascript:" i]')]
    .map((noeud) => noeud.outerHTML.slice(0, 80))"""


def echappement_oublie(monkeypatch):
    monkeypatch.setattr("django.template.base.conditional_escape", lambda valeur: valeur)


def planter(lieu, piege):
    """Une entreprise dont chaque texte est ce piège ; rend les adresses où il se lit."""
    du_reseau, court = {"reseau": lieu.reseau}, piege[:60]
    textes = dict.fromkeys(("raison_sociale", "enseigne", "adresse", "complement"), piege)
    textes |= {"filiere": court, "site": f"javascript:evade()//{court}", "ville": court[:38]}
    entreprise = EntrepriseFactory(**du_reseau, **textes)
    ContactFactory(entreprise=entreprise, nom=court, prenom=court, fonction=court, dirigeant=True)
    visite = VisiteFactory(**du_reseau, entreprise=entreprise, developpeur=lieu.direct, realisee=True, derogation=piege)
    CompteRenduFactory(visite=visite, termine=True, phrase=piege, entendu=piege)
    projet = ProjetFactory(visite=visite, titre=piege)
    action = ActionFactory(projet=projet, libelle=piege, acceptee=True, responsable=lieu.direct)
    slug = lieu.reseau.slug
    return [
        reverse("suivi:entreprise", args=[slug, entreprise.pk]),
        reverse("suivi:chronologie", args=[slug, entreprise.pk]),
        reverse("entreprises:modifier", args=[slug, entreprise.pk]),
        reverse("visites:visite", args=[slug, visite.pk]),
        reverse("suivi:compte-rendu", args=[slug, visite.pk]),
        reverse("suivi:projet-modifier", args=[slug, projet.pk]),
        reverse("suivi:action", args=[slug, action.pk]),
    ]


@verification("B9", "quatre-vingts pièges dans tous les textes d’une fiche", casser=echappement_oublie)
def test_aucun_texte_ne_s_execute(bilan, lieu, appareil):
    page, executes = appareil(lieu.animateur), []
    page.context.add_init_script("window.evade = () => alert('EVADE')")
    page.on("dialog", lambda dialogue: (executes.append(dialogue.message), dialogue.dismiss()))
    page.on("console", lambda dit: executes.append(dit.text) if "Content Security Policy" in dit.text else None)
    listes = [reverse("visites:liste", args=[lieu.reseau.slug]), reverse("suivi:actions-toutes", args=[lieu.reseau.slug])]
    for piege in PIEGES[:: bilan.taille(bref=20, entier=1)]:
        for adresse in [*planter(lieu, piege), *listes]:
            page.goto(lieu.url + adresse)
            evades = page.evaluate(EVADES)
            bilan.noter(not executes and not evades, f"{piege[:50]} sur {adresse} : {executes[:1]} {evades[:1]}")
            executes.clear()
