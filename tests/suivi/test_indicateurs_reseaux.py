"""« Le réseau parmi les autres » : rien sous cinq réseaux, aucun n'est nommé, et des chiffres recomptés autrement."""

import io
from datetime import date, timedelta
from statistics import median, quantiles

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from python_calamine import CalamineWorkbook

from entreprises.models import LigneDeCible
from reseau.enums import EtatPresence, EtatReunion
from reseau.lib.tableau import Valeur
from reseau.models import Membre, Presence, Reseau, Reunion
from suivi.indicateurs import tableau_des_reseaux
from suivi.indicateurs.extraits import graphiques
from suivi.indicateurs.reseaux import NON_VOLONTAIRE, TROP_PEU
from suivi.models import Action, LettreDeSuites
from tests.factories import (
    ActionFactory,
    CibleFactory,
    LettreDeSuitesFactory,
    LigneDeCibleFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    ReseauFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.lib.papier import textes
from visites.models import Visite

pytestmark = pytest.mark.django_db
ANNEE = localdate().year - 1  # la dernière achevée
JOUR = date(ANNEE, 5, 6)
NOM = "Zyxcanari"  # de chaque autre réseau


def garnir(reseau, rang):
    """Des chiffres que le rang rend tous différents ; et, hors de l'année, de quoi les fausser tous."""
    visiteur, collegue = MembreFactory(reseau=reseau), MembreFactory(reseau=reseau, parti_le=date(ANNEE, 11, 3))
    MembreFactory(reseau=reseau, qualite="associe")
    cible = CibleFactory(reseau=reseau, decidee=True, decidee_le=date(ANNEE, 2, 3))
    LigneDeCibleFactory(cible=cible)
    LigneDeCibleFactory(cible=cible, motif_d_ecart="Fermée")
    for numero in range(rang + 2):
        visite = VisiteFactory(reseau=reseau, developpeur=visiteur, realisee=True, realisee_le=JOUR)
        LigneDeCibleFactory(cible=cible, entreprise=visite.entreprise)
        LettreDeSuitesFactory(visite=visite, donnee=True, donnee_le=JOUR + timedelta(days=rang * numero))
        projet = ProjetFactory(visite=visite, cree_le=JOUR)
        ActionFactory(projet=projet, responsable=visiteur if numero else collegue)
        ActionFactory.create_batch(rang, projet=projet, responsable=None)
    VisiteFactory.create_batch(rang, reseau=reseau, refusee=True, refusee_le=JOUR)
    for jour in (date(ANNEE - 1, 12, 31), date(ANNEE + 1, 1, 1)):
        ProjetFactory(visite=VisiteFactory(reseau=reseau, developpeur=visiteur, realisee=True, realisee_le=jour))
        VisiteFactory(reseau=reseau, refusee=True, refusee_le=jour)
        PresenceFactory(reunion=ReunionFactory(reseau=reseau, tenue=True, le=jour), membre=visiteur)
    reunion = ReunionFactory(reseau=reseau, tenue=True, le=JOUR)
    for membre in (visiteur, collegue)[: 1 + rang % 2]:
        PresenceFactory(reunion=reunion, membre=membre)
    PresenceFactory(reunion=reunion, etat=EtatPresence.EXCUSE)


@pytest.fixture
def cinq(reseau):
    """Le réseau et quatre autres, volontaires ; un sixième ne l'est pas, et ne compte nulle part."""
    autres = [ReseauFactory(nom=f"{NOM} {rang}", territoire=f"{NOM} {rang}", slug=f"zyxcanari-{rang}") for rang in range(5)]
    for rang, lui in enumerate([reseau, *autres]):
        lui.comparaison = rang < 5
        lui.save()
        garnir(lui, rang)
    return [reseau, *autres[:4]]


def recompter(reseau):
    """Les sept mesures d'un réseau, fiche à fiche."""
    de_l_annee = lambda jour: jour is not None and jour.year == ANNEE  # noqa: E731
    visites = list(Visite.objects.filter(reseau=reseau))
    faites = [visite for visite in visites if visite.etat in ("realisee", "restituee") and de_l_annee(visite.realisee_le)]
    refus = [visite for visite in visites if visite.etat == "refusee" and de_l_annee(visite.refusee_le)]
    directs = [m for m in Membre.objects.filter(reseau=reseau, qualite="direct") if not m.est_parti(date(ANNEE, 12, 31))]
    actions = [action for action in Action.objects.filter(reseau=reseau) if action.projet.visite in faites]
    confiees = [action for action in actions if action.responsable]
    ailleurs = [a for a in confiees if a.responsable.institution_id != a.projet.visite.developpeur.institution_id]
    reunions = [r for r in Reunion.objects.filter(reseau=reseau, etat=EtatReunion.TENUE) if de_l_annee(r.le)]
    presents = [p for p in Presence.objects.filter(etat=EtatPresence.PRESENT) if p.reunion in reunions]
    de_la_cible = list(LigneDeCible.objects.filter(cible__reseau=reseau, motif_d_ecart=""))
    touchees = {visite.entreprise_id for visite in faites + refus}
    delais = [(s.donnee_le - s.visite.realisee_le).days for s in LettreDeSuites.objects.all() if s.visite in faites]
    return {
        "Visites réalisées par développeur direct": len(faites) / len(directs),
        "Taux de refus": len(refus) / len(faites + refus),
        "Couverture de la cible": sum(ligne.entreprise_id in touchees for ligne in de_la_cible) / len(de_la_cible),
        "Actions par visite": len(actions) / len(faites),
        "Part des actions confiées à une autre institution": len(ailleurs) / len(confiees),
        "Délai médian des suites (jours)": median(delais),
        "Présents par réunion": len(presents) / len(reunions),
    }


def lues(tableau):
    """{mesure: (la sienne, médiane, bas, haut, réseaux)}, valeurs nues."""
    nue = lambda valeur: valeur.valeur if isinstance(valeur, Valeur) else valeur  # noqa: E731
    cles = ("sien", "mediane", "bas", "haut", "reseaux")
    return {ligne["nom"]: tuple(nue(ligne.get(cle)) for cle in cles) for ligne in tableau.sections[0].lignes}


def test_chiffres_sont_ceux_que_l_on_recompte_fiche_a_fiche(cinq):
    mesures = [recompter(lui) for lui in cinq]
    attendus = {}
    for nom, sien in mesures[0].items():
        valeurs = [mesure[nom] for mesure in mesures]
        bas, _, haut = quantiles(valeurs, n=4, method="inclusive")
        attendus[nom] = pytest.approx((sien, median(valeurs), bas, haut, 5))
    assert lues(tableau_des_reseaux(cinq[0])) == attendus
    assert all(len({mesure[nom] for mesure in mesures}) > 1 for nom in attendus), "une mesure où tous se valent n’éprouve rien"


def test_sous_cinq_reseaux_rien_ne_se_compare(cinq):
    Reseau.objects.filter(pk=cinq[-1].pk).update(comparaison=False)
    (section,) = tableau_des_reseaux(cinq[0]).sections
    assert list(section.lignes) == []
    assert section.notes == ["La comparaison commence à 5 réseaux volontaires ; il y en a 4."]


def test_qui_n_est_pas_volontaire_ne_lit_rien_des_autres(cinq):
    (section,) = tableau_des_reseaux(Reseau.objects.get(comparaison=False)).sections
    assert (list(section.lignes), section.notes) == ([], [NON_VOLONTAIRE])


def test_mesure_de_moins_de_cinq_reseaux_ne_donne_que_la_sienne(cinq):
    LettreDeSuites.objects.filter(visite__reseau=cinq[-1]).delete()
    mesures = lues(tableau_des_reseaux(cinq[0]))
    assert mesures.pop("Délai médian des suites (jours)") == (0, TROP_PEU, None, None, None)
    assert {valeurs[-1] for valeurs in mesures.values()} == {5}


def test_annee_se_choisit_parmi_les_achevees(cinq, clients):
    adresse = reverse("suivi:tableau", args=[cinq[0].slug, "reseaux"])
    assert clients["animateur"].get(adresse, {"annee": ANNEE - 1}).context["tableau"].periode == f"Année {ANNEE - 1}"
    en_cours = clients["animateur"].get(adresse, {"annee": ANNEE + 1})
    assert list(en_cours.context["form"].errors) == ["annee"]


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "prefecture", "observateur"])
def test_page_montre_sept_mesures_et_ne_nomme_aucun_autre_reseau(cinq, clients, profil):
    response = clients[profil].get(reverse("suivi:tableau", args=[cinq[0].slug, "reseaux"]))
    assert response.status_code == 200
    assert lues(response.context["tableau"]) == lues(tableau_des_reseaux(cinq[0]))
    assert len(response.context["tableau"].sections[0].lignes) == 7
    assert NOM.lower() not in response.content.decode().lower()


def test_papier_et_classeurs_disent_les_memes_chiffres_sans_nommer_personne(cinq, clients):
    def lu(genre):
        return clients["animateur"].get(reverse(f"suivi:tableau-{genre}", args=[cinq[0].slug, "reseaux"]))

    refus = lues(tableau_des_reseaux(cinq[0]))["Taux de refus"]
    imprime = "\n".join(textes(lu("pdf").content))
    assert "Taux de refus" in imprime
    for genre in ("xlsx", "ods"):
        rangees = CalamineWorkbook.from_filelike(io.BytesIO(lu(genre).content)).get_sheet_by_index(0).to_python()
        (ligne,) = [rangee for rangee in rangees if rangee[0] == "Taux de refus"]
        assert tuple(ligne[1:]) == pytest.approx(refus)
        imprime += str(rangees)
    assert NOM.lower() not in imprime.lower()


def test_chaque_mesure_se_dessine_dans_son_unite(cinq, clients):
    response = clients["animateur"].get(reverse("suivi:tableau", args=[cinq[0].slug, "reseaux"]))
    dessins = {titre: (dict(barres), unite) for titre, barres, unite in response.context["graphiques"]}
    mesures = lues(tableau_des_reseaux(cinq[0]))
    assert list(dessins) == list(mesures)
    for nom, (sien, milieu, *_) in mesures.items():
        fois, unite = (100, "%,%") if nom[:4] in ("Taux", "Couv", "Part") else (1, ",")
        attendu = {
            "Votre réseau": pytest.approx(fois * sien, abs=0.01),
            "Médiane des réseaux": pytest.approx(fois * milieu, abs=0.01),
        }
        assert dessins[nom] == (attendu, unite)


def test_mesure_tue_ne_se_dessine_pas(cinq):
    LettreDeSuites.objects.filter(visite__reseau=cinq[-1]).delete()
    titres = [titre for titre, _, _ in graphiques(tableau_des_reseaux(cinq[0]), localdate())]
    assert len(titres) == 6
    assert "Délai médian des suites (jours)" not in titres


def test_annee_precedente_se_lit_a_cote_dans_la_meme_unite(cinq, clients):
    adresse = reverse("suivi:tableau", args=[cinq[0].slug, "reseaux"])
    (section,) = clients["animateur"].get(adresse, {"comparer": "on"}).context["tableau"].sections
    avant = lues(tableau_des_reseaux(cinq[0], annee=ANNEE - 1))
    for ligne in section.lignes:
        if ligne["nom"] in avant:
            sien, milieu, *_ = avant[ligne["nom"]]
            assert ligne["avant_sien"].valeur == sien
            assert getattr(ligne["avant_mediane"], "valeur", ligne["avant_mediane"]) == milieu
    (refus,) = [cases for cases in section.corps_affiche if cases[0].texte == "Taux de refus"]
    assert [case.texte for case in refus[1:3]] == ["0,00\u00a0%", "50,00\u00a0%"]


def test_requetes_ne_dependent_pas_du_nombre_de_reseaux(cinq, requetes):
    a_cinq = requetes(lambda: tableau_des_reseaux(cinq[0]))
    Reseau.objects.update(comparaison=True)
    assert requetes(lambda: tableau_des_reseaux(cinq[0])) == a_cinq <= 10
