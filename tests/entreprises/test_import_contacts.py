"""La liste de contacts d'une institution : lue, rapprochée du réseau, notée au journal, annulable."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils.timezone import localdate

from entreprises.models import Correspondance, Entreprise, Import, Sollicitation
from entreprises.operations import annuler_import, contacts_importes, corriger_colonnes, deposer, ecrire_import, rejets_en_csv
from entreprises.operations import imports as module
from entreprises.operations.sollicitations import noter_sollicitation
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal
from tests.donnees.fabrique import ods, siret, texte, xlsx
from tests.factories import (
    DeportFactory,
    EntrepriseFactory,
    ImportFactory,
    InstitutionFactory,
    MembreFactory,
    SollicitationFactory,
)

pytestmark = pytest.mark.django_db
ENTETES = ["SIRET", "Date du contact", "Canal", "Objet", "Conseiller", "Commentaire"]
LE = "02/03/2026"


@pytest.fixture
def tournerie(reseau):
    return EntrepriseFactory(reseau=reseau, siret=siret(1), raison_sociale="Tournerie du Lac")


def deposer_liste(par, *rangees, entetes=ENTETES, **autres):
    defauts = {"institution": par.institution, "canal": "visite", "objet": "autre"}
    return deposer(texte([entetes, *rangees]), "chambre.csv", par=par, **defauts | autres)


def importer_liste(par, *rangees, **autres):
    return ecrire_import(deposer_liste(par, *rangees, **autres), par=par)


def nombres(depot):
    return tuple(depot.bilan[cle] for cle in ("lus", "crees", "inchanges", "rejetes"))


def raisons(depot):
    return [rejet["raison"] for rejet in depot.rejets]


def test_contact_se_note_avec_ce_que_dit_la_ligne(tournerie, animateur, direct):
    cci = InstitutionFactory(reseau=animateur.reseau)
    importer_liste(animateur, [siret(1), LE, "Appel", "Recrutement", "", "Deux postes"], institution=cci)
    note = Sollicitation.objects.get()
    assert (note.entreprise, note.institution, note.reseau, note.membre) == (tournerie, cci, animateur.reseau, None)
    assert (note.le, note.canal, note.objet, note.precision) == (date(2026, 3, 2), "telephone", "emploi", "Deux postes")


def test_canal_et_objet_absents_sont_ceux_du_depot(tournerie, animateur):
    importer_liste(animateur, [siret(1), LE], entetes=ENTETES[:2], canal="courrier", objet="enquete")
    assert Sollicitation.objects.values_list("canal", "objet").get() == ("courrier", "enquete")


def test_canal_et_objet_inconnus_deviennent_autre_et_se_disent(tournerie, animateur):
    depot = deposer_liste(animateur, [siret(1), LE, "Pigeon", "Reprise du fonds", "", "Suite en mai"])
    assert [averti["raison"] for averti in depot.bilan["avertis"]] == [
        "Canal inconnu, noté « Autre » : « Pigeon ».",
        "Objet inconnu, noté « Autre » : « Reprise du fonds ».",
    ]
    ecrire_import(depot, par=animateur)
    notee = Sollicitation.objects.values_list("canal", "objet", "precision").get()
    assert notee == ("autre", "autre", "Reprise du fonds. Suite en mai")


@pytest.mark.parametrize("agent", ["Mme Camille Direct", "DIRECT Camille"])
def test_agent_membre_du_reseau_a_pris_le_contact(tournerie, direct, agent):
    importer_liste(direct, [siret(1), LE, "", "", agent, ""])
    assert Sollicitation.objects.values_list("membre", "precision").get() == (direct.pk, "")


def test_agent_inconnu_ou_homonyme_reste_dans_la_precision(tournerie, direct):
    MembreFactory(reseau=direct.reseau, institution=direct.institution, nom=direct.nom)
    importer_liste(direct, [siret(1), LE, "", "", "Camille Direct", ""], [siret(1), "03/03/2026", "", "", "Zoé Autre", "Un mot"])
    notes = Sollicitation.objects.order_by("le").values_list("membre", "precision")
    assert list(notes) == [(None, "Agent : Camille Direct"), (None, "Un mot. Agent : Zoé Autre")]


def test_precision_trop_longue_se_coupe_et_se_dit(tournerie, animateur):
    depot = deposer_liste(animateur, [siret(1), LE, "", "", "", "a" * 300])
    assert depot.bilan["avertis"] == [{"ligne": 2, "raison": "Précision : coupé à 200 caractères."}]
    ecrire_import(depot, par=animateur)
    assert Sollicitation.objects.get().precision == "a" * 200


@pytest.mark.parametrize(
    ("entetes", "rangee"),
    [
        (["SIREN", "Date"], [siret(1)[:9], LE]),
        (["SIRET", "Date"], [siret(1)[:9], LE]),
        (["SIREN", "NIC", "Date"], [siret(1)[:9], siret(1)[9:], LE]),
        (["Nom de l’entreprise", "Commune", "Date"], ["SARL TOURNERIE DU LAC", "vesoul", LE]),
        (["Raison sociale", "CP", "Date du RDV"], ["Tournerie du lac", "70000", "2026-03-02"]),
        (["Contacts de mars", ""], []),
    ],
)
def test_entreprise_se_reconnait_par_siren_ou_par_nom_et_lieu(tournerie, animateur, entetes, rangee):
    if not rangee:  # un titre avant l'en-tête
        depot = deposer_liste(animateur, ENTETES[:2], [siret(1), LE], entetes=entetes)
    else:
        depot = deposer_liste(animateur, rangee, entetes=entetes)
    assert (nombres(depot), raisons(depot)) == ((1, 1, 0, 0), [])


@pytest.mark.parametrize(
    ("rangee", "raison"),
    [
        (["12345", "", "", LE], "SIRET « 12345 » : 5 chiffres au lieu de 14."),
        ([siret(2), "", "", LE], f"Entreprise inconnue du réseau : SIRET {siret(2)}."),
        (["", "Scierie absente", "Vesoul", LE], "Entreprise inconnue du réseau : « Scierie absente »."),
        (["", "Tournerie du Lac", "Gray", LE], "Entreprise inconnue du réseau : « Tournerie du Lac »."),
        (
            ["", "Tournerie du Lac", "", LE],
            "« Tournerie du Lac » : sans SIRET ni SIREN, il faut aussi la commune ou le code postal.",
        ),
        (["", "", "Vesoul", LE], "Rien ne désigne l’entreprise : ni SIRET, ni SIREN, ni nom."),
        (["999900013", "", "", LE], "SIREN « 999900013 » : la clé de contrôle est fausse, un chiffre a été mal recopié."),
        ([siret(1), "", "", ""], "Date du contact absente."),
        ([siret(1), "", "", "mardi dernier"], "Date du contact illisible : « mardi dernier »."),
        ([siret(1), "", "", "31/02/2026"], "Date du contact illisible : « 31/02/2026 »."),
        ([siret(1), "", "", "01/01/2999"], "Date du contact à venir : 01/01/2999."),
        ([siret(1), "", "", "02/03/1926"], "Date du contact : vérifiez l’année de « 02/03/1926 »."),
    ],
)
def test_ligne_rejetee_dit_pourquoi(tournerie, animateur, rangee, raison):
    depot = deposer_liste(animateur, rangee, entetes=["SIRET", "Nom", "Commune", "Date"])
    assert depot.rejets == [{"ligne": 2, "raison": raison}]


def test_contact_d_aujourd_hui_se_note_et_de_demain_non(tournerie, animateur):
    demain = localdate() + timedelta(days=1)
    depot = deposer_liste(animateur, [siret(1), f"{localdate():%d/%m/%Y}"], [siret(1), f"{demain:%d/%m/%Y}"], entetes=ENTETES[:2])
    assert nombres(depot) == (2, 1, 0, 1)


def test_plusieurs_etablissements_se_departagent_par_le_lieu(reseau, animateur, tournerie):
    autre = EntrepriseFactory(reseau=reseau, siret=siret(1)[:9] + "00025", commune_id=None, code_postal="70100")
    depot = deposer_liste(
        animateur,
        [siret(1)[:9], "", LE],
        [siret(1)[:9], "70100", LE],
        entetes=["SIREN", "Code postal", "Date"],
    )
    assert raisons(depot) == [f"Plusieurs entreprises du réseau répondent à SIREN {siret(1)[:9]} : donnez le SIRET."]
    assert depot.bilan["extrait"][0]["siret"] == autre.siret


def test_homonymes_de_la_meme_commune_sont_rejetes(reseau, animateur, tournerie):
    EntrepriseFactory(reseau=reseau, raison_sociale="Autre nom", enseigne="Tournerie du Lac")
    depot = deposer_liste(animateur, ["Tournerie du Lac", "Vesoul", LE], entetes=["Nom", "Commune", "Date"])
    assert raisons(depot) == ["Plusieurs entreprises du réseau répondent à « Tournerie du Lac » : donnez le SIRET."]


def test_entreprise_d_un_autre_reseau_est_inconnue(animateur):
    EntrepriseFactory(siret=siret(1))
    assert nombres(deposer_liste(animateur, [siret(1), LE, "", "", "", ""])) == (1, 0, 0, 1)


def test_entreprise_dont_le_deposant_se_deporte_est_inconnue_comme_une_autre(tournerie, animateur):
    DeportFactory(entreprise=tournerie, membre=animateur)
    entetes = ["SIRET", "SIREN", "Nom", "Commune", "Date"]
    rangees = [[siret(rang), "", "", "", LE] for rang in (1, 2)] + [["", "", "Tournerie du Lac", "Vesoul", LE]]
    assert raisons(deposer_liste(animateur, *rangees, entetes=entetes)) == [
        f"Entreprise inconnue du réseau : SIRET {siret(1)}.",
        f"Entreprise inconnue du réseau : SIRET {siret(2)}.",
        "Entreprise inconnue du réseau : « Tournerie du Lac ».",
    ]


def test_fiche_fusionnee_donne_son_contact_a_celle_qui_reste(reseau, tournerie, animateur):
    EntrepriseFactory(reseau=reseau, siret=siret(2), raison_sociale="Ancien nom", fusionnee_dans=tournerie)
    importer_liste(animateur, [siret(2), "", LE], ["", "Ancien nom", "03/03/2026"], entetes=["SIRET", "Nom", "Date"])
    assert list(Sollicitation.objects.values_list("entreprise", flat=True)) == [tournerie.pk]


def test_fiche_fusionnee_dans_une_autre_que_l_on_ne_voit_pas_est_inconnue(reseau, tournerie, animateur):
    EntrepriseFactory(reseau=reseau, siret=siret(2), fusionnee_dans=tournerie)
    DeportFactory(entreprise=tournerie, membre=animateur)
    assert nombres(deposer_liste(animateur, [siret(2), LE], entetes=ENTETES[:2])) == (1, 0, 0, 1)


def test_fiche_fusionnee_pendant_l_import_ne_recoit_rien(reseau, tournerie, animateur, monkeypatch):
    depot, autre = deposer_liste(animateur, [siret(1), LE], entetes=ENTETES[:2]), EntrepriseFactory(reseau=reseau)
    retenir = contacts_importes._retenir

    def fusionner_juste_avant(cles):
        Entreprise.objects.filter(pk=tournerie.pk).update(fusionnee_dans=autre)
        retenir(cles)

    monkeypatch.setattr(contacts_importes, "_retenir", fusionner_juste_avant)
    with pytest.raises(RegleEnfreinte, match="fusionnée"):
        ecrire_import(depot, par=animateur)
    assert Sollicitation.objects.count() == 0


def test_rejouer_le_fichier_ne_double_rien(tournerie, animateur, monkeypatch):
    monkeypatch.setattr(module, "LOT", 2)
    rangees = [[siret(1), f"0{jour}/03/2026", "Appel", "", "", ""] for jour in (1, 2, 3, 1)]
    assert nombres(deposer_liste(animateur, *rangees)) == (4, 3, 1, 0)
    assert nombres(importer_liste(animateur, *rangees)) == (4, 3, 1, 0)
    assert nombres(importer_liste(animateur, *rangees)) == (4, 0, 4, 0)
    assert Sollicitation.objects.count() == 3


def test_contact_deja_note_a_la_main_reste_tel_quel(tournerie, direct):
    SollicitationFactory(entreprise=tournerie, institution=direct.institution, le=date(2026, 3, 2), canal="visite", objet="autre")
    depot = importer_liste(direct, [siret(1), LE, "", "", "", "Autre précision"])
    assert nombres(depot) == (1, 0, 1, 0)
    assert Sollicitation.objects.values_list("precision", "depot").get() == ("", None)


def test_contact_note_au_meme_instant_n_ecrit_rien_a_moitie(tournerie, animateur, monkeypatch):
    depot = deposer_liste(animateur, [siret(1), LE], entetes=ENTETES[:2])

    def double(*_):
        raise IntegrityError("UNIQUE constraint failed: entreprises_sollicitation.entreprise_id")

    monkeypatch.setattr(contacts_importes.LotDeContacts, "ecrire", double)
    with pytest.raises(RegleEnfreinte, match="vient de noter l’un de ces contacts"):
        ecrire_import(depot, par=animateur)
    assert Import.objects.get().a_confirmer


def test_annuler_efface_ce_que_ce_depot_a_note_et_rien_d_autre(tournerie, animateur):
    importer_liste(animateur, [siret(1), "01/03/2026", "", "", "", ""])
    second = importer_liste(animateur, [siret(1), "01/03/2026"], [siret(1), LE], entetes=ENTETES[:2])
    annule = annuler_import(second, par=animateur)
    assert (annule.etat, annule.bilan["annulation"]["sollicitations"]) == ("annule", 1)
    assert list(Sollicitation.objects.values_list("le", flat=True)) == [date(2026, 3, 1)]
    precision = "import annulé : 1 contacts effacés du journal"
    assert Journal.objects.filter(membre=animateur, nombre=1, precision=precision).count() == 1


def test_contact_corrige_depuis_survit_a_l_annulation(tournerie, animateur):
    depot = importer_liste(animateur, [siret(1), LE], [siret(1), "03/03/2026"], entetes=ENTETES[:2])
    corrige = Sollicitation.objects.get(le=date(2026, 3, 3))
    corrige.precision = "Revu au téléphone"
    noter_sollicitation(corrige, par=animateur, le=localdate())
    annuler_import(depot, par=animateur)
    assert Sollicitation.objects.get().precision == "Revu au téléphone"


def test_import_se_journalise_une_fois(tournerie, animateur):
    importer_liste(animateur, [siret(1), LE], [siret(1), "03/03/2026"], entetes=ENTETES[:2])
    journal = Journal.objects.filter(geste="import").values_list("objet", "nombre", "precision")
    attendu = f"2 contacts notés ({animateur.institution})"
    assert list(journal) == [("entreprises.sollicitation", 2, attendu)]


def test_rejets_corriges_se_reimportent(tournerie, animateur):
    depot = importer_liste(animateur, [siret(1), LE], [siret(1), "hier"], entetes=ENTETES[:2])
    rejets = rejets_en_csv(depot)
    assert rejets.decode("utf-8-sig").splitlines()[0] == "Raison du rejet;SIRET;Date du contact"
    defauts = {"institution": animateur.institution, "canal": "visite", "objet": "autre"}
    suite = deposer(rejets.replace(b"hier", b"03/03/2026"), "rejets.csv", par=animateur, **defauts)
    assert nombres(suite) == (1, 1, 0, 0)


@pytest.mark.parametrize("fabriquer", [lambda r: xlsx(("Accueil", [["Bonjour"]]), ("Contacts", r)), ods])
def test_classeur_se_lit_comme_un_texte(tournerie, animateur, fabriquer):
    contenu = fabriquer([["Contacts du trimestre"], ENTETES[:2], [siret(1), LE]])
    depot = deposer(contenu, "chambre", par=animateur, institution=animateur.institution, canal="visite", objet="autre")
    assert nombres(depot) == (1, 1, 0, 0)


def test_colonnes_designees_se_retiennent_pour_les_contacts_seulement(tournerie, animateur):
    etranges = ["Ident", "Échange", "Mot"]
    depot = deposer_liste(animateur, [siret(1), LE, "a"], entetes=etranges)
    assert depot.bilan["manque"].startswith("L’en-tête est introuvable")
    ecrire_import(corriger_colonnes(depot, ["siret", "le", "precision"]), par=animateur)
    assert Correspondance.objects.get().genre == "sollicitations"
    suite = deposer_liste(animateur, [siret(1), "03/03/2026", "b"], entetes=etranges)
    assert (nombres(suite), suite.bilan["reprise"]) == ((1, 1, 0, 0), True)
    assert "manque" in deposer(texte([etranges, [siret(1), LE, "a"]]), "liste.csv", par=animateur).bilan


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        (b"%PDF-1.4", "Ce fichier est un PDF, pas une liste de contacts"),
        (b"PK\x03\x04 pas un classeur", "classeur"),
        (b"SIRET;Date du contact\r\n", "que des en-têtes"),
        (b"SIRET;SIRET;Date\r\n1;2;3\r\n", None),
    ],
)
def test_fichier_hostile_se_refuse_ou_se_corrige(animateur, contenu, message):
    defauts = {"institution": animateur.institution, "canal": "visite", "objet": "autre"}
    if message is None:
        assert "deux fois" in deposer(contenu, "x.csv", par=animateur, **defauts).bilan["manque"]
        return
    with pytest.raises(RegleEnfreinte, match=message):
        deposer(contenu, "x.csv", par=animateur, **defauts)


def test_ligne_piegee_ne_porte_ni_formule_ni_balise(tournerie, animateur, clients):
    depot = deposer_liste(animateur, [siret(1), LE, "<b>x</b>", "", "", "=HYPERLINK(1)"], [siret(2), LE, "", "", "", "@SUM(A1)"])
    page = clients["animateur"].get(depot.get_absolute_url()).content.decode()
    assert ("<b>x</b>" in page, depot.bilan["extrait"][0]["precision"]) == (False, "HYPERLINK(1)")
    assert rejets_en_csv(depot).decode("utf-8-sig").splitlines()[1].endswith(";'@SUM(A1)")


def test_depot_de_contacts_sans_institution_est_refuse_par_la_base(animateur):
    with pytest.raises(IntegrityError, match="import_contacts_d_une_institution"):
        ImportFactory(reseau=animateur.reseau, membre=animateur, contacts=True, institution=None)
