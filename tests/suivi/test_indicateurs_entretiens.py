"""« Ce que disent les entreprises » : des totaux justes, et dont aucune soustraction ne désigne une entreprise."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import pairwise

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from suivi.indicateurs import tableau_des_entretiens
from suivi.indicateurs.entretiens import MOINS_DE_CINQ, annees_des_entretiens
from tests.factories import CompteRenduFactory, EntrepriseFactory, GuideFactory, QuestionFactory, ReponseFactory, VisiteFactory
from tests.lib.papier import textes

pytestmark = pytest.mark.django_db

NOM = "Zyxcanari Forges"


@pytest.fixture
def question(reseau):
    return QuestionFactory(theme__guide=GuideFactory(reseau=reseau, en_service=True), libelle="Exportez-vous ?")


def repondre(reseau, question, *valeurs, annee=2026, entreprise=None):
    """Un compte rendu terminé par valeur, chacun d'une autre entreprise."""
    for valeur in valeurs:
        qui = entreprise or EntrepriseFactory(reseau=reseau, raison_sociale=NOM)
        visite = VisiteFactory(reseau=reseau, entreprise=qui, realisee=True, realisee_le=date(annee, 3, 2))
        ReponseFactory(compte_rendu=CompteRenduFactory(visite=visite, termine=True), question=question, valeur=valeur)


def lignes(reseau, question="Exportez-vous ?", **choix):
    """Les lignes de cette question : (réponse, nombre, part, sur), ou (sur, médiane) pour un nombre."""
    cles = ("reponse", "nombre", "part", "sur", "mediane")
    toutes = [ligne for section in tableau_des_entretiens(reseau, **choix).sections for ligne in section.lignes]
    siennes = [ligne for ligne in toutes if ligne.get("question") == question]
    return [tuple(ligne[cle] for cle in cles if cle in ligne) for ligne in siennes]


def test_oui_non_se_comptent_sur_leur_denominateur(reseau, question):
    repondre(reseau, question, *["oui"] * 3, *["non"] * 2)
    assert lignes(reseau) == [("Oui", 3, 0.6, 5), ("Non", 2, 0.4, 5)]


def test_moins_de_cinq_reponses_ne_se_montrent_pas(reseau, question):
    repondre(reseau, question, *["oui"] * 4)
    assert lignes(reseau) == [(MOINS_DE_CINQ,)]


def test_choix_sans_reponse_gardent_leur_ligne_dans_l_ordre(reseau, question):
    question.genre, question.choix = "choix", ["Suisse", "Italie", "Ailleurs"]
    question.save()
    repondre(reseau, question, *["Italie"] * 5)
    assert [ligne[:2] for ligne in lignes(reseau)] == [("Suisse", 0), ("Italie", 5), ("Ailleurs", 0)]


def test_nombre_donne_l_effectif_et_la_mediane(reseau, question):
    question.genre = "nombre"
    question.save()
    repondre(reseau, question, "1", "2", "3.5", "40", "500")
    assert lignes(reseau) == [(5, Decimal("3.5"))]


def test_echelle_dit_ses_bouts_et_sa_mediane(reseau, question):
    question.genre, question.aide = "echelle", "1 : mal ; 5 : bien."
    question.save()
    repondre(reseau, question, "1", "2", "4", "5", "5")
    dites = lignes(reseau, "Exportez-vous ? (1 : mal ; 5 : bien)")
    assert [ligne[:2] for ligne in dites] == [("1", 1), ("2", 1), ("3", 0), ("4", 1), ("5", 2)]
    assert {ligne[-1] for ligne in dites} == {4}


def test_texte_libre_ne_se_montre_nulle_part(reseau, question):
    question.genre = "texte"
    question.save()
    repondre(reseau, question, *["Secret de fabrication"] * 6)
    assert "Secret" not in str(tableau_des_entretiens(reseau).en_json())
    assert lignes(reseau) == []


def test_une_entreprise_compte_une_fois_par_annee_pour_sa_premiere_reponse(reseau, question):
    seule = EntrepriseFactory(reseau=reseau)
    repondre(reseau, question, *["non"] * 4)
    repondre(reseau, question, "oui", "non", "non", entreprise=seule)
    assert lignes(reseau) == [("Oui", 1, 0.2, 5), ("Non", 4, 0.8, 5)]


def test_reponses_entrent_cinq_par_cinq(reseau, question):
    """D'un jour à l'autre, le tableau ne change jamais d'une seule réponse."""
    totaux = []
    for rang in range(11):
        repondre(reseau, question, "oui" if rang % 2 else "non")
        totaux.append(sur(lignes(reseau)))
    assert totaux == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]
    assert {apres - avant for avant, apres in pairwise(totaux)} == {0, 5}


def sur(trouvees):
    """Le dénominateur de ces lignes ; 0 si elles ne se montrent pas."""
    return 0 if trouvees == [(MOINS_DE_CINQ,)] else trouvees[0][-1]


def test_toutes_les_annees_sont_la_somme_de_celles_qui_se_montrent(reseau, question):
    """Sans quoi leur différence donnerait les réponses d'une année trop maigre pour être montrée."""
    repondre(reseau, question, *["oui"] * 5, annee=2024)
    repondre(reseau, question, *["non"] * 3, annee=2025)
    assert lignes(reseau) == lignes(reseau, annee=2024) == [("Oui", 5, 1, 5), ("Non", 0, 0, 5)]
    assert lignes(reseau, annee=2025) == [(MOINS_DE_CINQ,)]


def test_une_question_se_retrouve_d_une_version_a_l_autre_par_ses_mots(reseau, question):
    jumelle = QuestionFactory(theme__guide__reseau=reseau, libelle=question.libelle)
    autre = QuestionFactory(theme__guide__reseau=reseau, libelle="Exporterez-vous ?")
    repondre(reseau, question, *["oui"] * 3)
    repondre(reseau, jumelle, *["oui"] * 2)
    repondre(reseau, autre, *["non"] * 5)
    assert (sur(lignes(reseau)), sur(lignes(reseau, autre.libelle))) == (5, 5)


def test_autre_reseau_et_brouillons_ne_comptent_pas(reseau, question):
    repondre(reseau, question, *["oui"] * 4)
    commence = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True))
    ReponseFactory(compte_rendu=commence, question=question)
    ailleurs = QuestionFactory(libelle=question.libelle)
    repondre(ailleurs.theme.guide.reseau, ailleurs, *["oui"] * 5)
    assert lignes(reseau) == [(MOINS_DE_CINQ,)]


def test_annees_proposees_sont_celles_des_visites_repondues(reseau, question):
    repondre(reseau, question, "oui", annee=2024)
    repondre(reseau, question, "oui", annee=2026)
    assert annees_des_entretiens(reseau) == [2026, 2024]


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "associe", "prefecture", "observateur"])
def test_page_est_la_meme_pour_tous_et_ne_nomme_personne(reseau, question, clients, profil):
    repondre(reseau, question, *["oui"] * 5)
    response = clients[profil].get(reverse("suivi:tableau", args=[reseau.slug, "entretiens"]))
    assert response.context["tableau"].sections[1].lignes[0]["nombre"] == 5
    assert NOM not in response.content.decode()


def test_papier_et_classeur_disent_le_meme_tableau_sans_nommer(reseau, question, clients):
    repondre(reseau, question, *["oui"] * 5)
    pdf = clients["prefecture"].get(reverse("suivi:tableau-pdf", args=[reseau.slug, "entretiens"])).content
    xlsx = clients["prefecture"].get(reverse("suivi:tableau-xlsx", args=[reseau.slug, "entretiens"])).content
    classeur = CalamineWorkbook.from_filelike(BytesIO(xlsx))
    cases = str([classeur.get_sheet_by_name(nom).to_python() for nom in classeur.sheet_names])
    for dit in ("".join(textes(pdf)), cases):
        assert ["Exportez-vous" in dit, NOM in dit] == [True, False]


def test_reseau_sans_guide_n_en_entend_pas_parler(reseau, clients):
    assert "entretiens" not in clients["animateur"].get(reverse("suivi:tableaux", args=[reseau.slug])).content.decode()
