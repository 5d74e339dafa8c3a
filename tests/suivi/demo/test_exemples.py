"""Les réseaux d'exemple : des règles respectées, de la matière à chaque écran, les mêmes à chaque fois."""

import io
import re
from hashlib import sha256

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils.timezone import now

from entreprises.models import Document, Entreprise, Import
from entreprises.operations import annuler_import
from entreprises.operations.traces import createur
from reseau.enums import Profil
from reseau.lib.dates import plus_mois
from reseau.models import Membre, Reunion, Utilisateur
from suivi.demonstration import MOT_DE_PASSE, ROLES, comptes
from suivi.demonstration.controle import DonneesIncoherentes, verifier
from suivi.models import Action, Fusion
from suivi.operations.fusions import defaire_la_fusion
from tests.lib.papier import textes
from tests.suivi.demo.conftest import LE, compte
from visites.models import Campagne, CompteRendu, Courrier, PdfFige, Visite
from visites.programmation import a_programmer
from visites.rencontres import rencontres
from visites.sollicitations import contacts_recents


def test_visites_de_plus_de_deux_ans_sont_une_douzaine(haute_saone):
    assert Visite.objects.filter(reseau=haute_saone, realisee_le__lt=plus_mois(LE, -24)).count() == 12
    assert Visite.objects.filter(reseau=haute_saone).realisees().earliest("realisee_le").realisee_le > plus_mois(LE, -27)


def test_vingt_reunions_dans_l_annee(un_reseau):
    assert Reunion.objects.filter(reseau=un_reseau).tenues(plus_mois(LE, -12), LE).count() == 20


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
