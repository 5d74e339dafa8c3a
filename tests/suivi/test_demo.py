"""Les réseaux d'exemple : l'annexe 2.5 et la 2.7 retrouvées partout, des règles respectées, les mêmes à chaque fois."""

import io
import json
import re
from datetime import date
from hashlib import sha256

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.utils.timezone import now
from python_calamine import CalamineWorkbook

from entreprises.models import Document, Entreprise, Import
from entreprises.operations import annuler_import
from entreprises.operations.traces import createur
from reseau.droits import Portee, portee
from reseau.enums import Profil
from reseau.lib.dates import plus_mois
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.tableau import ADRESSES, Valeur
from reseau.lib.tableur import tableau_en_xlsx
from reseau.models import Membre, Reseau, Reunion, Utilisateur
from suivi.demonstration import MOT_DE_PASSE, ROLES, comptes
from suivi.demonstration.controle import DonneesIncoherentes, verifier
from suivi.indicateurs import tableau_2_4, tableau_2_5, tableau_2_7
from suivi.models import Action, Fusion
from suivi.operations.fusions import defaire_la_fusion
from tests.lib.papier import textes
from visites.models import Campagne, CompteRendu, Courrier, PdfFige, Visite
from visites.programmation import a_programmer
from visites.rencontres import rencontres
from visites.sollicitations import contacts_recents

LE = date(2026, 3, 5)
# Annexe 2.5 telle qu'elle est lue (docs/sources.md) : initiales, réalisées, programmées, participation.
ANNEXE_2_5 = [
    ("A. B", 1, 2, "80 %"),
    ("B. B", 4, None, "départ"),
    ("M. C", 9, 1, "20 %"),
    ("H. C", 13, None, "départ"),
    ("P. C", 14, 1, "90 %"),
    ("S. C", 4, None, "départ"),
    ("J.E. D", 14, 1, "70 %"),
    ("D. D", 9, 1, "70 %"),
    ("C. E", 6, None, "départ"),
    ("M. F", 2, None, "départ"),
    ("J.L. F", 2, 2, "75 %"),
    ("E. G", 3, 2, "80 %"),
    ("G. G", 9, 2, "90 %"),
    ("P. H", 2, None, "départ"),
    ("G. J", 17, 1, "20 %"),
    ("R. K", 5, 2, "90 %"),
    ("D. M", 12, 1, "40 %"),
    ("T. M", 1, None, "départ"),
    ("E. M", 8, 1, "100 %"),
    ("R. M", 4, None, "départ"),
    ("J.M. P.T", 13, 1, "80 %"),
    ("G. R", 11, 2, "90 %"),
    ("F. T", 3, None, "départ"),
    ("V. V", 5, None, "départ"),
    ("M.F. V", 16, 1, "80 %"),
]


@pytest.fixture(scope="module")
def exemples(django_db_setup, django_db_blocker):
    """Deux réseaux d'exemple, défaits à la fin du fichier."""
    with django_db_blocker.unblock(), transaction.atomic():
        sortie = io.StringIO()
        call_command("demo", reseaux=2, graine="1996", le=LE, stdout=sortie)
        yield sortie.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def haute_saone(exemples, db):
    return Reseau.objects.get(slug="haute-saone")


@pytest.fixture
def vosges(exemples, db):
    return Reseau.objects.get(slug="vosges")


@pytest.fixture(params=["haute-saone", "vosges"])
def un_reseau(request, exemples, db):
    return Reseau.objects.get(slug=request.param)


def initiales(nom_alphabetique):
    """« Perrault-Tissonel Jean-Marc » → « J.M. P.T »."""
    nom, prenom = nom_alphabetique.split(" ", 1)
    de = lambda mot: ".".join(partie[0] for partie in mot.split("-"))  # noqa: E731  (deux emplois, une ligne)
    return f"{de(prenom)}. {de(nom)}".replace("É", "E")


def nue(valeur):
    return valeur.valeur if isinstance(valeur, Valeur) else valeur


def compte(role, reseau):
    return Membre.objects.select_related("reseau", "institution").get(
        reseau=reseau, utilisateur__email=f"{role}@{reseau.slug}.test"
    )


def test_annexe_2_5_se_retrouve_ligne_a_ligne(haute_saone):
    section = tableau_2_5(haute_saone, au=LE).sections[0]
    lignes = [
        (
            initiales(nue(ligne["nom"])),
            ligne["realisees"],
            ligne["programmees"],
            section.colonnes[3].afficher(ligne["participation"]).replace("\u00a0", " "),
        )
        for ligne in section.lignes
    ]
    assert lignes == ANNEXE_2_5


def test_annexe_2_5_a_son_pied(haute_saone):
    tableau = tableau_2_5(haute_saone, au=LE)
    pied = [{cle: nue(valeur) for cle, valeur in ligne.items()} for ligne in tableau.sections[0].pied]
    assert pied == [
        {"nom": "Somme", "realisees": 187, "programmees": 21},
        {"nom": "Refus", "realisees": 11},
        {"nom": "Total", "realisees": 198, "programmees": 21},
        {"nom": "Part de la cible", "realisees": 198 / 319},
    ]
    assert [ligne["entreprises"] for ligne in tableau.sections[2].lignes] == [198, 21, 100]


def test_annexe_2_5_se_lit_en_json(haute_saone):
    sortie = io.StringIO()
    call_command("tableau", "2.5", "--reseau", "haute-saone", "--au", LE.isoformat(), stdout=sortie)
    pied = json.loads(sortie.getvalue())["sections"][0]["pied"]
    assert [(ligne["nom"], ligne["realisees"], ligne["programmees"]) for ligne in pied] == [
        ("Somme", 187, 21),
        ("Refus", 11, None),
        ("Total", 198, 21),
        ("Part de la cible", 198 / 319, None),
    ]


def test_annexe_2_5_s_imprime(haute_saone):
    papier = "\n".join(textes(tableau_en_pdf(tableau_2_5(haute_saone, au=LE)))).replace("\u00a0", " ")
    lignes = papier.splitlines()
    for attendue in ("Somme 187 21", "Refus 11", "Total 198 21", "Part de la cible 62 %", "Chazeau Hector 13 départ"):
        assert attendue in lignes
    assert "Merlevent Élise 8 1 100 % 20 sur 20" in lignes


def test_annexe_2_5_s_exporte(haute_saone):
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(tableau_en_xlsx(tableau_2_5(haute_saone, au=LE))))
    lignes = {ligne[0]: ligne[1:] for ligne in classeur.get_sheet_by_name("Par développeur").to_python()}
    assert lignes["Somme"][:2] == [187, 21]
    assert lignes["Refus"][0] == 11
    assert lignes["Total"][:2] == [198, 21]
    assert lignes["Part de la cible"][0] == pytest.approx(198 / 319)
    assert lignes["Jauffrin Géraldine"] == [17, 1, 0.2, "4 sur 20"]


def test_tableau_par_institution_a_le_meme_pied(un_reseau):
    developpeurs, institutions, _ = tableau_2_5(un_reseau, au=LE).sections
    assert institutions.pied == developpeurs.pied
    for cle in ("realisees", "programmees"):
        assert sum(ligne[cle] or 0 for ligne in institutions.lignes) == developpeurs.pied[0][cle]
        assert sum(ligne[cle] or 0 for ligne in developpeurs.lignes) == developpeurs.pied[0][cle]


def test_couverture_egale_une_requete_ecrite_a_part(un_reseau):
    with connection.cursor() as curseur:
        curseur.execute(
            """
            SELECT COUNT(DISTINCT l.entreprise_id),
                   COUNT(DISTINCT CASE WHEN v.realisee_le BETWEEN c.decidee_le AND %(au)s
                                         OR v.refusee_le BETWEEN c.decidee_le AND %(au)s THEN l.entreprise_id END)
              FROM entreprises_cible c
              JOIN entreprises_lignedecible l ON l.cible_id = c.id AND l.motif_d_ecart = ''
              LEFT JOIN visites_visite v ON v.entreprise_id = l.entreprise_id
             WHERE c.reseau_id = %(reseau)s AND c.decidee_le IS NOT NULL
            """,
            {"au": str(LE), "reseau": un_reseau.pk},
        )
        entreprises, touchees = curseur.fetchone()
    part = nue(tableau_2_5(un_reseau, au=LE).sections[0].pied[-1]["realisees"])
    assert part == touchees / entreprises


def test_visites_de_plus_de_deux_ans_sont_une_douzaine(haute_saone):
    assert Visite.objects.filter(reseau=haute_saone, realisee_le__lt=plus_mois(LE, -24)).count() == 12
    assert Visite.objects.filter(reseau=haute_saone).realisees().earliest("realisee_le").realisee_le > plus_mois(LE, -27)


def test_vingt_reunions_dans_l_annee(un_reseau):
    assert Reunion.objects.filter(reseau=un_reseau).tenues(plus_mois(LE, -12), LE).count() == 20


def nombres(section):
    return {ligne["nom"]: ligne["nombre"] for ligne in section.lignes}


def test_annexe_2_7_se_retrouve(vosges):
    mesures, natures, types, informations, domaines, organismes, aides, emplois = tableau_2_7(vosges).sections
    assert nombres(mesures) == {"Visites réalisées": 203, "Actions": 413, "Actions par visite": 413 / 203}
    assert list(nombres(natures).values()) == [29, 142, 2, 108, 22, 110]
    assert list(nombres(types).values()) == [8, 159, 77, 59, 110]
    assert [section.pied[0]["nombre"] for section in (natures, types, informations, domaines, organismes, aides)] == [
        413,
        413,
        159,
        77,
        77,
        8,
    ]
    assert list(nombres(emplois).values()) == [76, 127, 11, 13, 2, 10]
    assert (emplois.lignes[1]["entreprises"], emplois.pied[0]["nombre"]) == (69, 213)


def test_annexe_2_7_a_ses_pourcentages(vosges):
    informations = tableau_2_7(vosges).sections[3]
    parts = {ligne["nom"]: informations.colonnes[2].afficher(ligne["part"]) for ligne in informations.lignes}
    assert parts["Aides matérielles et immatérielles"] == "42\u00a0%"
    assert parts["Aides à l’emploi"] == "17\u00a0%"
    assert parts["Législation des installations classées et environnement"] == "11\u00a0%"


def test_annexe_2_7_a_ses_organismes(vosges):
    organismes = nombres(tableau_2_7(vosges).sections[5])
    assert organismes.pop("Non précisé") == 33
    assert (sum(organismes.values()), max(organismes.values())) == (44, 5)
    assert [nom for nom, nombre in organismes.items() if nombre == 5] == ["Bpifrance"]


def test_annexe_2_7_se_lit_en_json_sur_papier_et_au_tableur(vosges):
    tableau = tableau_2_7(vosges)
    sortie = io.StringIO()
    call_command("tableau", "2.7", "--reseau", "vosges", stdout=sortie)
    pieds = [section["pied"] for section in json.loads(sortie.getvalue())["sections"]]
    assert pieds == [section["pied"] for section in tableau.en_json()["sections"]]
    papier = re.sub("[\u00a0\u202f]", " ", "\n".join(textes(tableau_en_pdf(tableau)))).splitlines()
    for attendue in ("Actions 413", "Actions par visite 2,03", "Total 413 100 %", "Total 159 100 %"):
        assert attendue in papier
    assert "Total (déclaratif) 213 77" in papier or any(ligne.startswith("Total (déclaratif) 213") for ligne in papier)
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(tableau_en_xlsx(tableau)))
    emplois = {ligne[0]: ligne[1] for ligne in classeur.get_sheet_by_name("Emplois projetés (déclaratif)").to_python()}
    assert emplois["Total (déclaratif)"] == 213


def test_annexe_2_4_se_retrouve(haute_saone):
    tableau = tableau_2_4(haute_saone, responsable=compte("associe", haute_saone), au=LE)
    assert tableau.titre == "Liste des actions dont est responsable : Michu Agathe"
    lignes = [ligne for ligne in tableau.sections[0].lignes if 7001 <= int(nue(ligne["numero"])) <= 7006]
    mois = lambda jour: jour and (jour.year - LE.year) * 12 + jour.month - LE.month  # noqa: E731
    assert [(nue(l["numero"]), mois(l["fin_prevue"]), mois(l["fin_reelle"])) for l in lignes] == [  # noqa: E741
        ("7001", -10, -8),
        ("7002", -13, None),
        ("7003", -7, None),
        ("7004", -4, -1),
        ("7005", 1, None),
        ("7006", 5, None),
    ]
    assert [ligne["societe"][:4] for ligne in lignes] == ["Dumo", "Alph", "Tail", "Dubo", "Niva", "Mart"]


def chiffres(pied):
    """Un pied sans les liens : qui ne lit pas les fiches n'en a pas."""
    return [{cle: nue(valeur) for cle, valeur in ligne.items() if cle != ADRESSES} for ligne in pied]


@pytest.mark.parametrize("role", ["associe", "prefecture", "observateur", "direct"])
def test_lecteurs_ont_les_memes_totaux(haute_saone, role):
    lecteur, libre = compte(role, haute_saone), tableau_2_5(haute_saone, au=LE)
    lu = tableau_2_5(haute_saone, lecteur=lecteur, au=LE)
    assert chiffres(lu.sections[0].pied) == chiffres(libre.sections[0].pied)
    attendu = {Portee.TOUT: 25, Portee.SIENS: 1, Portee.NON: 0}[portee(lecteur, "tableaux.lignes")]
    assert len(lu.sections[0].lignes) == attendu


def test_regles_sont_tenues(un_reseau):
    verifier(un_reseau, LE)


def test_controle_voit_une_regle_enfreinte(haute_saone):
    parti = Membre.objects.filter(reseau=haute_saone, parti_le__isnull=False).first()
    Visite.objects.filter(pk=Visite.objects.confiees().filter(reseau=haute_saone).first().pk).update(developpeur=parti)
    with pytest.raises(DonneesIncoherentes, match="visite en cours chez un parti"):
        verifier(haute_saone, LE)


MODELES = [modele for nom in ("reseau", "entreprises", "visites", "suivi") for modele in apps.get_app_config(nom).get_models()]
REFERENCES = {"ZoneEmploi", "Commune", "Division", "Activite"}


@pytest.mark.parametrize("modele", [m for m in MODELES if m.__name__ not in REFERENCES], ids=lambda m: m.__name__)
def test_fiches_passent_les_validations_des_modeles(exemples, db, modele):
    """Ce que `bulk_create` n'a pas vérifié : listes closes, longueurs, validateurs (les contraintes, la base s'en charge)."""
    for objet in modele.objects.all():
        objet.clean_fields(exclude=["objet_id", *(champ.name for champ in modele._meta.fields if champ.is_relation)])


def test_comptes_sont_un_par_role_et_par_reseau(exemples, db):
    assert [(reseau.slug, role) for reseau, role, _, _ in comptes()] == [
        (slug, role) for slug in ("haute-saone", "vosges") for role in ROLES
    ]
    profils = {role: membre.profil for reseau, role, _, membre in comptes() if reseau.slug == "haute-saone"}
    assert profils == {
        "animateur": Profil.ANIMATEUR,
        "adjoint": Profil.ANIMATEUR,
        "secretariat": Profil.SECRETARIAT,
        "direct": Profil.DIRECT,
        "associe": Profil.ASSOCIE,
        "prefecture": Profil.PREFECTURE,
        "observateur": Profil.OBSERVATEUR,
    }


def test_animateurs_lisent_la_partie_reservee(un_reseau):
    for role in ("animateur", "adjoint"):
        assert compte(role, un_reseau).institution.regalienne is False


def test_comptes_entrent_avec_le_mot_de_passe_imprime(exemples, client, db):
    assert f"Mot de passe de tous ces comptes : {MOT_DE_PASSE}" in exemples.splitlines()
    for courriel in ("animateur@haute-saone.test", "observateur@vosges.test"):
        assert courriel in exemples
        assert client.login(username=courriel, password=MOT_DE_PASSE)


@pytest.mark.parametrize("role", ROLES)
def test_chaque_compte_voit_un_accueil_qui_a_du_corps(haute_saone, client, role):
    client.force_login(compte(role, haute_saone).utilisateur)
    assert client.get(f"/{haute_saone.slug}/").status_code == 200


def test_ecrans_ont_de_la_matiere(un_reseau):
    visites, actions = Visite.objects.filter(reseau=un_reseau), Action.objects.filter(reseau=un_reseau)
    direct = compte("direct", un_reseau)
    assert {visite.etat for visite in visites} == set(Visite._meta.get_field("etat").choices and dict(Visite.etat.field.choices))
    assert visites.rendez_vous_du(LE).filter(developpeur=direct).count() == 1
    assert visites.sans_compte_rendu(LE).filter(developpeur=direct).count() >= 2
    assert visites.a_restituer().count() >= 2
    assert actions.a_accepter().filter(responsable=direct).count() == 2
    assert actions.echues(LE).filter(responsable=direct).count() >= 2
    assert actions.sans_responsable().count() >= 1
    assert Reunion.objects.filter(reseau=un_reseau).a_venir(LE).count() == 2
    assert Courrier.objects.filter(reseau=un_reseau).a_signer().count() >= 2
    assert Action.objects.visibles_par(compte("associe", un_reseau)).count() >= 6


def test_mois_d_exemple_dit_qui_a_vu_qui_et_avertit(un_reseau):
    (section,) = rencontres(compte("animateur", un_reseau), LE.replace(day=1), edite_le=now()).sections
    assert (len(section.lignes) >= 15, sum(bool(ligne["remarque"]) for ligne in section.lignes) >= 3) == (True, True)
    campagne = Campagne.objects.filter(reseau=un_reseau, debut_le__lte=LE, fin_le__gte=LE).get()
    a_prevenir = contacts_recents(list(a_programmer(campagne, compte("animateur", un_reseau), LE)[:25]), un_reseau, LE)
    assert len(a_prevenir) >= 4


def test_fusion_et_import_d_exemple_se_defont(un_reseau):
    animateur = compte("animateur", un_reseau)
    fusion = Fusion.objects.get(reseau=un_reseau)
    assert defaire_la_fusion(fusion, par=animateur).restes == []
    sirene = annuler_import(Import.objects.get(reseau=un_reseau, genre="sirene"), par=animateur)
    assert sirene.bilan["annulation"]["retablies"] == 7
    assert createur(fusion.gardee).nom == "entreprises-du-departement.csv"


def test_document_d_exemple_est_une_page_que_l_associe_lit(un_reseau):
    associe = compte("associe", un_reseau)
    document = Document.objects.visibles_par(associe, Entreprise.objects.visibles_par(associe).values("pk")).get()
    assert ["Diagnostic énergie" in page for page in textes(bytes(document.contenu))] == [True]


def test_lettres_sont_figees_et_peu_nombreuses(exemples, db):
    figes = PdfFige.objects.all()
    assert 15 <= figes.count() <= 22
    assert all(sha256(bytes(fige.pdf)).hexdigest() == fige.empreinte for fige in figes)
    assert Courrier.objects.a_figer().count() == 0


def test_comptes_rendus_sont_varies_et_finis(un_reseau):
    recits = list(CompteRendu.objects.filter(visite__reseau=un_reseau).termines())
    assert len({recit.entendu for recit in recits}) > 0.98 * len(recits)
    assert len({recit.phrase for recit in recits}) > 50
    textes_ecrits = [recit.phrase + recit.entendu for recit in recits]
    fautes = re.compile(r"[{}]|\bde [aeiouéèh]\w+s\b|\bde (une?|les?)\b|\bà les?\b(?! \w+er\b)|  |\bNone\b", re.IGNORECASE)
    assert [trouvee[0] for texte in textes_ecrits if (trouvee := fautes.search(texte))] == []
    assert all(re.fullmatch(r"[A-ZÀÉÈÊÎÔŒ].*[.?!]", recit.phrase) for recit in recits)


def test_tout_est_invente_ou_reserve_aux_exemples(exemples, db):
    assert Utilisateur.objects.exclude(email__regex=r"^[a-z.-]+@[a-z-]+\.test$").count() == 0
    assert Entreprise.objects.exclude(siret__startswith="000").count() == 0
    assert Entreprise.objects.exclude(telephone__startswith="03 53 01 ").count() == 0
    assert len(set(Entreprise.objects.values_list("raison_sociale", flat=True))) == Entreprise.objects.count()


def test_comptes_se_redisent_a_l_identique(exemples, db):
    sortie = io.StringIO()
    call_command("demo", comptes=True, stdout=sortie)
    assert sortie.getvalue() == exemples


def test_rendez_vous_a_venir_ont_leur_invitation_sauf_un(haute_saone):
    a_venir = Visite.objects.filter(reseau=haute_saone, etat="rendez_vous_pris", rendez_vous_le__date__gte=LE)
    assert a_venir.filter(invitations=None).count() == 1
    assert a_venir.filter(invitations__role="entreprise", invitations__envoyee_le__isnull=False).distinct().count() > 3
