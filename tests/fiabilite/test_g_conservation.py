"""G1 : de chaque chose, juste sous sa limite elle reste, juste au-delà elle part ; une seconde purge ne trouve rien."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.timezone import localdate, now

from reseau.conservation import DUREES, LIGNES
from reseau.models import Alerte, Essai, JetonUtilise, Journal, Membre, Signataire
from suivi import purge
from suivi.models import Brouillon, CompteRenduFige, Evaluation, Fusion
from suivi.operations import purges
from suivi.purge import PURGEURS, Session
from tests.factories import (
    AbsenceFactory,
    ChefDuPanelFactory,
    CompteRenduFactory,
    ContactFactory,
    CourrierFactory,
    DemandeDeDroitFactory,
    DemandeDeVisiteFactory,
    DocumentFactory,
    EntrepriseFactory,
    EvaluationFactory,
    FusionFactory,
    ImportFactory,
    InvitationFactory,
    MembreFactory,
    PliFactory,
    PresenceFactory,
    ReunionFactory,
    SignataireFactory,
    SollicitationFactory,
    TableauFigeFactory,
    VisiteFactory,
)
from tests.fiabilite.test_g_vie_privee import chiffres
from tests.fiabilite.verification import verification
from tests.lib.jetons import ligne_du_journal
from visites.models import EnvoiDeLettre

pytestmark = pytest.mark.django_db
JUSTE = timedelta(days=1)  # de part et d'autre de la limite : les dates sont des jours


@dataclass
class Rangee:
    """Une ligne posée à un âge, et ce qui dit qu'elle est encore là."""

    cle: str
    reste: Any
    perimee: bool


def poser(reseau, cle, quand, lecteur):
    """Une ligne de ce genre, datée de `quand` ; rend une fonction qui dit si elle garde ce qu'elle avait de personnel."""
    return globals()[f"_{cle}"](reseau, quand, lecteur)


def _entreprise(reseau, quand, lecteur):
    """Une visite réalisée ce jour-là, et tout ce qui l'entoure."""
    entreprise = EntrepriseFactory(reseau=reseau, raison_sociale="Ancienne Fictive", telephone="03 84 00 00 00")
    type(entreprise).objects.filter(pk=entreprise.pk).update(cree_le=quand - timedelta(days=400))
    le = localdate(quand)
    dates = {"creee_le": le, "programmee_le": le, "realisee_le": le}
    visite = VisiteFactory(reseau=reseau, entreprise=entreprise, developpeur=lecteur, realisee=True, **dates)
    CompteRenduFactory(visite=visite, termine=True, vu=ContactFactory(entreprise=entreprise), entendu="Un secret")
    document = DocumentFactory(entreprise=entreprise, membre=lecteur)
    type(document).objects.filter(pk=document.pk).update(depose_le=quand)
    SollicitationFactory(entreprise=entreprise, le=le, precision="Au téléphone")
    return lambda: _relue(entreprise).raison_sociale == "Ancienne Fictive" and entreprise.contacts.exists()


def _membre(reseau, quand, lecteur):
    membre = MembreFactory(reseau=reseau, nom="Partie", entre_le="2001-01-01", parti_le=localdate(quand))
    return lambda: _relue(membre).nom == "Partie"


def _compte(reseau, quand, lecteur):
    membre = MembreFactory(reseau=reseau, entre_le="2001-01-01", parti_le=localdate(quand))
    return lambda: not _relue(membre.utilisateur).email.endswith(purges.FERME)


def _demande_a_confirmer(reseau, quand, lecteur):
    return _existe(DemandeDeVisiteFactory(reseau=reseau, a_confirmer=True, deposee_le=quand))


def _demande_expediteur(reseau, quand, lecteur):
    demande = DemandeDeVisiteFactory(reseau=reseau, deposee_le=quand, expediteur="f" * 64)
    return lambda: bool(_relue(demande).expediteur)


def _demande_traitee(reseau, quand, lecteur):
    mots = {"traitee_le": localdate(quand), "deposee_le": quand, "confirmee_le": quand}
    return _existe(DemandeDeVisiteFactory(reseau=reseau, declinee=True, **mots))


def _questionnaire(reseau, quand, lecteur):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=lecteur)
    retour = EvaluationFactory(visite=visite, repondue_le=None, temoignage="", signature="", expire_le=quand, empreinte="a" * 64)
    Evaluation.objects.filter(pk=retour.pk).update(empreinte=f"{retour.pk:064d}")
    return lambda: bool(_relue(retour).courriel)


def _panel(reseau, quand, lecteur):
    chef = ChefDuPanelFactory(contact__entreprise__reseau=reseau, entre_le="2001-01-01", sorti_le=localdate(quand))
    return _existe(chef)


def _invitation(reseau, quand, lecteur):
    visite = VisiteFactory(reseau=reseau, rendez_vous=True, rendez_vous_le=quand - timedelta(hours=2), developpeur=lecteur)
    invitation = InvitationFactory(visite=visite, debut_le=quand - timedelta(hours=2), fin_le=quand)
    return lambda: bool(_relue(invitation).courriel)


def _envoi_de_lettre(reseau, quand, lecteur):
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=lecteur)
    texte = {"courriel": "a@b.test", "objet": "Objet", "corps": "Corps"}
    envoi = EnvoiDeLettre.objects.create(courrier=CourrierFactory(visite=visite), demande_par=lecteur, **texte)
    EnvoiDeLettre.objects.filter(pk=envoi.pk).update(demande_le=quand)
    return lambda: bool(_relue(envoi).corps)


def _absence(reseau, quand, lecteur):
    jour = localdate(quand)
    return _existe(AbsenceFactory(membre=MembreFactory(reseau=reseau), debut_le=jour, fin_le=jour))


def _remplacant(reseau, quand, lecteur):
    presence = PresenceFactory(reunion=ReunionFactory(reseau=reseau, le=localdate(quand)), remplacant="Odile Tissot")
    return lambda: bool(_relue(presence).remplacant)


def _papiers_figes(reseau, quand, lecteur):
    tableau = TableauFigeFactory(reseau=reseau, lecteurs="lignes", fige_le=quand, contenu=[{"titre": "x"}])
    reunion = ReunionFactory(reseau=reseau, le=localdate(quand), tenue=True)
    empreintes = {"empreinte_pdf": "a" * 64, "empreinte_docx": "b" * 64}
    CompteRenduFige.objects.create(reunion=reunion, version="membres", pdf=b"%PDF", docx=b"PK", le=quand, **empreintes)
    octets = lambda: [bytes(o) for o in tableau.fichiers.values_list("octets", flat=True)]  # noqa: E731
    return lambda: any(octets()) and bytes(reunion.figes.get().pdf) == b"%PDF"


def _signature(reseau, quand, lecteur):
    signataire = SignataireFactory(reseau=reseau, debut_le="2001-01-01", fin_le=localdate(quand), signature=b"image")
    return lambda: Signataire.objects.get(pk=signataire.pk).signature is not None


def _journal(reseau, quand, lecteur):
    return _existe(ligne_du_journal(quand, reseau=reseau, membre=lecteur))


def _pli_contenu(reseau, quand, lecteur):
    pli = PliFactory(reseau=reseau, abandonne=True, inscrit_le=quand)
    return lambda: bool(type(pli).objects.filter(pk=pli.pk).exclude(corps="").exists())


def _pli_trace(reseau, quand, lecteur):
    return _existe(PliFactory(reseau=reseau, parti=True, inscrit_le=quand))


def _brouillon(reseau, quand, lecteur):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=lecteur)
    brouillon = Brouillon.objects.create(visite=visite, membre=lecteur, contenu="entendu=x")
    Brouillon.objects.filter(pk=brouillon.pk).update(enregistre_le=quand)
    return _existe(brouillon)


def _import_oublie(reseau, quand, lecteur):
    return _un_import(reseau, quand, lecteur)


def _import(reseau, quand, lecteur):
    return _un_import(reseau, quand, lecteur, ecrit=True)


def _un_import(reseau, quand, lecteur, **mots):
    depot = ImportFactory(reseau=reseau, membre=lecteur, **mots)
    type(depot).objects.filter(pk=depot.pk).update(depose_le=quand)
    return lambda: bool(bytes(_relue(depot).contenu))


def _fusion(reseau, quand, lecteur):
    fusion = FusionFactory(reseau=reseau, par=lecteur)
    Fusion.objects.filter(pk=fusion.pk).update(faite_le=quand)
    return lambda: bool(_relue(fusion).deplaces)


def _droit(reseau, quand, lecteur):
    demande = DemandeDeDroitFactory(reseau=reseau, ouverte_par=lecteur, recue_le=localdate(quand))
    return lambda: bool(_relue(demande).nom)


def _jeton(reseau, quand, lecteur):
    jeton = JetonUtilise.objects.create(utilisateur=lecteur.utilisateur)
    JetonUtilise.objects.filter(pk=jeton.pk).update(le=quand)
    return _existe(jeton)


def _essai(reseau, quand, lecteur):
    return _existe(Essai.objects.create(cle="empreinte", le=quand))


def _alerte(reseau, quand, lecteur):
    return _existe(Alerte.objects.create(reseau=reseau, membre=lecteur, genre="fiches", minutes=10, nombre=99, le=quand))


def _session(reseau, quand, lecteur):
    rang = Session.objects.count()
    return _existe(Session.objects.create(session_key=f"essai{rang}", session_data="x", expire_date=quand))


def _existe(objet):
    return lambda: type(objet)._base_manager.filter(pk=objet.pk).exists()


def _relue(objet):
    return type(objet)._base_manager.get(pk=objet.pk)


LIMITE = type(LIGNES[0]).limite  # lue d'avance : une contre-épreuve la déplace


def ages(cle, reseau, maintenant):
    """Juste sous la limite (reste), juste au-delà (part) ; à deux minutes près quand la durée se compte en heures."""
    limite = LIMITE(DUREES[cle], maintenant, reseau)
    ecart = timedelta(minutes=2) if DUREES[cle].heures else JUSTE
    return [(limite + ecart, False), (limite - ecart, True)]


def une_table_oubliee(monkeypatch):
    """Personne ne purge les brouillons."""
    monkeypatch.setattr(purge, "PURGEURS", tuple(purgeur for purgeur in PURGEURS if purgeur.cle != "brouillon"))
    monkeypatch.setattr("suivi.management.commands.purger.PURGEURS", purge.PURGEURS)


def une_limite_trop_courte(monkeypatch):
    """Toutes les durées perdent deux jours : des vivants partent. Hors le journal, que la base garde d'elle-même."""

    def limite(ligne, instant, reseau=None):
        return LIMITE(ligne, instant, reseau) + (0 if ligne.cle == "journal" else 2) * JUSTE

    monkeypatch.setattr(type(LIGNES[0]), "limite", limite)


def a_blanc_qui_ecrit(monkeypatch):
    """Compter purge."""

    def compter(purgeurs, reseau, instant, horizon=None):
        purges.purger(purgeurs, reseau, instant=instant)
        return []

    monkeypatch.setattr("suivi.management.commands.purger.purges.compter", compter)


@verification(
    "G1", "rangées de part et d’autre de chaque durée", casser=(une_table_oubliee, une_limite_trop_courte, a_blanc_qui_ecrit)
)
def test_purge_prend_ce_qui_est_au_dela_et_rien_d_autre(bilan, reseau, animateur, capsys):
    maintenant = now()
    cles = sorted({purgeur.cle for purgeur in PURGEURS})
    rangees = [
        Rangee(cle, poser(reseau, cle, quand, animateur), perimee)
        for cle in cles
        for quand, perimee in ages(cle, reseau, maintenant)
    ]
    comptes = chiffres(reseau)
    call_command("purger")
    bilan.noter_lot(len(rangees), [f"à blanc, {rangee.cle} a disparu" for rangee in rangees if not rangee.reste()])
    capsys.readouterr()
    call_command("purger", ecrire=True)
    bilan.noter_lot(
        len(rangees),
        [
            f"{rangee.cle} : {'reste au-delà' if rangee.perimee else 'parti avant'} sa durée"
            for rangee in rangees
            if rangee.reste() == rangee.perimee
        ],
    )
    bilan.noter(chiffres(reseau) == comptes, "un tableau a changé")
    capsys.readouterr()
    call_command("purger", ecrire=True)
    bilan.noter("Purgé : 0." in capsys.readouterr().out, "une seconde purge a trouvé de quoi purger")


@verification("G1", "journal de la purge", casser=lambda monkeypatch: monkeypatch.setattr(purges, "_noter", lambda *_: None))
def test_purge_se_journalise_en_nombres(bilan, reseau, animateur):
    poser(reseau, "brouillon", now() - timedelta(days=400), animateur)
    call_command("purger", ecrire=True)
    lignes = list(Journal.objects.filter(objet="purge").values_list("geste", "nombre", "precision", "membre"))
    bilan.noter(lignes == [("effacement", 1, DUREES["brouillon"].donnee, None)], f"journal : {lignes}")


def test_membre_du_terrain_reste(reseau):
    """Un membre en fonction n'est jamais anonymisé, quel que soit son âge dans le réseau."""
    membre = MembreFactory(reseau=reseau, entre_le="1999-01-01")
    call_command("purger", ecrire=True)
    assert Membre.objects.get(pk=membre.pk).nom == membre.nom
