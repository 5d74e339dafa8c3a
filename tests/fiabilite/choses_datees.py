"""Une chose de chaque genre que l'on garde un temps, datée d'un jour, et de quoi dire ensuite ce qui en reste.

Ses textes portent chacun un jeton, que l'on cherche dans toute la base ; d'une ligne sans texte, on regarde si elle est là.
"""

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.timezone import localdate

from entreprises.models import Changement, Contact, Document, Entreprise
from entreprises.operations import traces
from entreprises.recherche import rafraichir
from reseau.models import Alerte, Essai, JetonUtilise
from suivi.models import (
    Action,
    Brouillon,
    ChefDuPanel,
    CompteRenduFige,
    ConsultationDuPanel,
    Evaluation,
    Fusion,
    MessageDAction,
    MouvementDAction,
    Note,
    Projet,
)
from suivi.personnel import APPLICATIONS, chemins, parmi
from tests.factories import (
    AbsenceFactory,
    ActionFactory,
    ChefDuPanelFactory,
    CibleFactory,
    CompteRenduFactory,
    ConcurrenceFactory,
    ContactFactory,
    CourrierFactory,
    DemandeDeDroitFactory,
    DemandeDeVisiteFactory,
    DeportFactory,
    DocumentFactory,
    DoublonFactory,
    EntrepriseFactory,
    EvaluationFactory,
    FusionFactory,
    ImportFactory,
    InvitationFactory,
    LettreDeSuitesFactory,
    LigneDeCibleFactory,
    MembreFactory,
    NoteFactory,
    PliFactory,
    PointFactory,
    PresenceFactory,
    ProjetFactory,
    PropositionFactory,
    ReponseFactory,
    ReunionFactory,
    SignataireFactory,
    SollicitationFactory,
    TableauFigeFactory,
    VisiteFactory,
)
from tests.lib.jetons import ligne_du_journal
from visites.models import CompteRendu, Courrier, DemandeDeVisite, EnvoiDeLettre, Invitation, PartieReservee, PdfFige, Reponse

Session = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
AUTREFOIS = timedelta(days=400)  # avant tout ce dont on éprouve la date
ECRITS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
# Ce qui reste d'une fiche : ce qui se compte, ce qui prouve. `siret` se cherche tel quel ; `recherche` se refait.
RESTENT = {"siret", "code_postal", "ville", "filiere", "recherche"}
RESTENT_DE = {PdfFige: {"empreinte"}, Evaluation: {"courriel", "empreinte"}}
# Plantés sous leur propre durée, plus courte que celle de la fiche.
A_PART = {Invitation, EnvoiDeLettre, DemandeDeVisite, Brouillon, ChefDuPanel, ConsultationDuPanel, Fusion}
# La ligne de la table des durées qui promet l'oubli de ce que porte une fiche ; à défaut, « entreprise ».
PROMIS = {
    Contact: "contact",
    Document: "documents",
    Courrier: "lettres",
    PdfFige: "lettres",
    Evaluation: "evaluations",
    **dict.fromkeys(
        (CompteRendu, PartieReservee, Reponse, Projet, Action, MouvementDAction, MessageDAction, Note), "comptes_rendus"
    ),
}


@dataclass
class Reste:
    """Quelque chose de personnel : `trace` est un jeton à chercher dans toute la base, ou une fonction qui le relit."""

    cle: str
    place: str
    trace: Any

    def tient(self, base):
        """Vrai s'il est encore là ; `base` : le texte de toute la base."""
        return self.trace in base if isinstance(self.trace, str) else self.trace()


class Pose:
    """Une chose de ce genre, datée de `quand` ; `restes` : ce qu'elle garde de personnel."""

    def __init__(self, cle, reseau, quand, lecteur, jetons):
        self.cle, self.reseau, self.quand, self.lecteur, self.jetons = cle, reseau, quand, lecteur, jetons
        self.le, self.restes = localdate(quand), []
        globals()[f"_{cle}"](self)

    def dit(self, place, cle=""):
        """Un jeton neuf, dont on saura s'il se lit encore."""
        jeton = self.jetons(place)
        self.restes.append(Reste(cle or self.cle, place, jeton))
        return jeton

    def guette(self, place, trace, cle=""):
        self.restes.append(Reste(cle or self.cle, place, trace))

    def existe(self, objet):
        self.guette(type(objet).__name__, lambda: type(objet)._base_manager.filter(pk=objet.pk).exists())

    def dater(self, objet, champ):
        """Date ce que la base date d'elle-même."""
        type(objet)._base_manager.filter(pk=objet.pk).update(**{champ: self.quand})

    def visite(self, **mots):
        return VisiteFactory(reseau=self.reseau, developpeur=self.lecteur, **({"realisee": True} | mots))


# La fiche d'une entreprise, et tout ce qui s'y rattache


def _entreprise(pose):
    fiche = fiche_visitee(pose, pose.quand)
    visite = fiche.visites.get()
    pose.guette("entreprises.entreprise.siret", fiche.siret)
    _ce_qui_l_entoure(pose, fiche)
    _ce_qui_s_est_dit(pose, visite)
    _ce_qui_s_est_ecrit(pose, visite)
    for modele in modeles_de_la_fiche():
        _planter(pose, modele, fiche)
    rafraichir([fiche.pk])


def fiche_visitee(pose, quand):
    """Une entreprise que l'on a visitée ce jour-là, et dont rien d'autre ne parle."""
    fiche = EntrepriseFactory(reseau=pose.reseau)
    Entreprise.objects.filter(pk=fiche.pk).update(cree_le=quand - AUTREFOIS)
    le = localdate(quand)
    pose.visite(entreprise=fiche, creee_le=le, programmee_le=le, realisee_le=le)
    return fiche


def _ce_qui_l_entoure(pose, fiche):
    ContactFactory(entreprise=fiche)
    pose.dater(DocumentFactory(entreprise=fiche, membre=pose.lecteur), "depose_le")
    SollicitationFactory(entreprise=fiche, le=pose.le)
    DeportFactory(entreprise=fiche)
    ConcurrenceFactory(entreprise=fiche)
    DoublonFactory(entreprise=fiche, signale_par=pose.lecteur)
    LigneDeCibleFactory(entreprise=fiche, cible=CibleFactory(reseau=pose.reseau, decidee=True, decidee_le=pose.le))
    reunion = ReunionFactory(reseau=pose.reseau, le=pose.le)
    proposition = PropositionFactory(entreprise=fiche, proposee_par=pose.lecteur, proposee_le=pose.le, decidee_en=reunion)
    NoteFactory(proposition=proposition)
    Changement.objects.create(depot=_depot(pose, ecrit=True), entreprise=fiche, genre="effectif")


def _ce_qui_s_est_dit(pose, visite):
    rendu = CompteRenduFactory(visite=visite, termine=True)
    PartieReservee.objects.create(compte_rendu=rendu)
    ReponseFactory(compte_rendu=rendu)
    retire = {"demande_par": None, "retire_le": pose.quand, "retire_par": pose.lecteur}
    PointFactory(reunion=ReunionFactory(reseau=pose.reseau, le=pose.le), genre="visite", titre="", visite=visite, **retire)
    dates = {"proposee_le": pose.le, "fin_reelle": pose.le}
    action = ActionFactory(projet=ProjetFactory(visite=visite), close=True, **dates)
    pose.dater(action.mouvements.create(membre=pose.lecteur, mouvement="suite"), "le")
    pose.dater(action.messages.create(membre=pose.lecteur, texte="x"), "le")


def _ce_qui_s_est_ecrit(pose, visite):
    dates = dict.fromkeys(("prepare_le", "soumis_le", "signe_le", "envoye_le"), pose.le)
    signee = {"annee": pose.le.year, "numero": visite.pk, "signataire": pose.reseau.signataires.first()}
    lettre = CourrierFactory(visite=visite, etat="envoyee", contenu={"x": "y"}, **dates, **signee)
    PdfFige.objects.create(courrier=lettre, pdf=b"x", empreinte="a" * 64)
    LettreDeSuitesFactory(visite=visite, donnee=True, donnee_le=pose.le)
    EvaluationFactory(visite=visite, proposee_le=pose.quand, repondue_le=pose.quand)


def modeles_de_la_fiche():
    """Les modèles dont une ligne mène à une entreprise, et où l'on écrit."""
    tous = [modele for application in APPLICATIONS for modele in apps.get_app_config(application).get_models()]
    lies = [modele for modele in tous if modele is Entreprise or chemins(modele, Entreprise)]
    return [modele for modele in lies if modele not in A_PART and _textes(modele)]


def _textes(modele):
    gardes = RESTENT | RESTENT_DE.get(modele, set())
    return [
        champ
        for champ in modele._meta.concrete_fields
        if isinstance(champ, ECRITS) and not champ.choices and champ.name not in gardes
    ]


def _planter(pose, modele, fiche):
    """Un jeton dans chaque texte de ces lignes ; un modèle ajouté demain, dont cette fiche n'a rien, tombe ici."""
    lignes = modele._base_manager.filter(pk__in=modele._base_manager.filter(parmi(modele, Entreprise, [fiche.pk])).values("pk"))
    assert lignes.exists(), f"{modele._meta.label_lower} : rien de planté"
    for champ in _textes(modele):
        jeton = pose.dit(f"{modele._meta.label_lower}.{champ.name}", PROMIS.get(modele, "entreprise"))
        lignes.update(**{champ.name: _en_valeur(champ, jeton)})


def _en_valeur(champ, jeton):
    if isinstance(champ, models.BinaryField):
        return jeton.encode()
    return {"textes": [jeton]} if isinstance(champ, models.JSONField) else jeton


# Le dernier contact : une fiche que seule une chose, ce jour-là, tient encore


def _lettre(pose, fiche):
    CourrierFactory(visite=fiche.visites.get(), prepare_le=pose.le)


def _sollicitation(pose, fiche):
    SollicitationFactory(entreprise=fiche, le=pose.le)


def _action(pose, fiche):
    ActionFactory(projet=ProjetFactory(visite=fiche.visites.get()), close=True, proposee_le=pose.le, fin_reelle=pose.le)


def _document(pose, fiche):
    pose.dater(DocumentFactory(entreprise=fiche, membre=pose.lecteur), "depose_le")


# Ni visite (la fiche pleine en a une), ni demande : traitée, elle s'efface au bout d'un an, bien avant la fiche.
CONTACTS = {"lettre": _lettre, "sollicitation": _sollicitation, "action": _action, "document": _document}


def _dernier_contact(pose):
    """Autant de fiches que de façons d'être en contact, visitées longtemps avant."""
    for nom, poser in CONTACTS.items():
        fiche = fiche_visitee(pose, pose.quand - AUTREFOIS)
        poser(pose, fiche)
        Entreprise.objects.filter(pk=fiche.pk).update(raison_sociale=pose.dit(f"dernier contact : {nom}", "entreprise"))


# Ce qui a sa propre durée


def _membre(pose):
    champs = {champ: pose.dit(champ) for champ in ("prenom", "nom", "fonction", "telephone", "competence")}
    MembreFactory(reseau=pose.reseau, entre_le="2001-01-01", parti_le=pose.le, **champs)


def _compte(pose):
    utilisateur = MembreFactory(reseau=pose.reseau, entre_le="2001-01-01", parti_le=pose.le).utilisateur
    pose.guette("courriel", utilisateur.email)
    pose.guette("mot de passe", lambda: type(utilisateur).objects.get(pk=utilisateur.pk).has_usable_password())


def _demande_a_confirmer(pose):
    pose.existe(DemandeDeVisiteFactory(reseau=pose.reseau, a_confirmer=True, deposee_le=pose.quand, message=pose.dit("message")))


def _demande_expediteur(pose):
    DemandeDeVisiteFactory(reseau=pose.reseau, deposee_le=pose.quand, expediteur=pose.dit("expediteur"))


def _demande_traitee(pose):
    dates = {"traitee_le": pose.le, "deposee_le": pose.quand, "confirmee_le": pose.quand}
    pose.existe(DemandeDeVisiteFactory(reseau=pose.reseau, declinee=True, message=pose.dit("message"), **dates))


def _questionnaire(pose):
    ouvert = {"repondue_le": None, "temoignage": "", "signature": "", "expire_le": pose.quand}
    EvaluationFactory(visite=pose.visite(), **ouvert, courriel=pose.dit("courriel"), empreinte=pose.dit("empreinte"))


def _panel(pose):
    contact = ContactFactory(entreprise__reseau=pose.reseau, dirigeant=False)
    chef = ChefDuPanelFactory(contact=contact, entre_le="2001-01-01", sorti_le=pose.le, note=pose.dit("note"))
    avis = {"sujet": "La plaquette", "avis": pose.dit("avis")}
    ConsultationDuPanel.objects.create(chef=chef, le=pose.le, membre=pose.lecteur, **avis)


def _invitation(pose):
    debut = pose.quand - timedelta(hours=2)
    visite = pose.visite(realisee=False, rendez_vous=True, rendez_vous_le=debut)
    qui = {"nom": pose.dit("nom"), "courriel": pose.dit("courriel")}
    InvitationFactory(visite=visite, debut_le=debut, fin_le=pose.quand, **qui)


def _envoi_de_lettre(pose):
    courrier = CourrierFactory(visite=pose.visite(realisee=False, programmee=True))
    texte = {champ: pose.dit(champ) for champ in ("courriel", "objet", "corps")} | {"copies": [pose.dit("copies")]}
    pose.dater(EnvoiDeLettre.objects.create(courrier=courrier, demande_par=pose.lecteur, **texte), "demande_le")


def _absence(pose):
    pose.existe(AbsenceFactory(membre=MembreFactory(reseau=pose.reseau), debut_le=pose.le, fin_le=pose.le))


def _remplacant(pose):
    PresenceFactory(reunion=ReunionFactory(reseau=pose.reseau, le=pose.le), remplacant=pose.dit("remplacant"))


def _papiers_figes(pose):
    tableau = TableauFigeFactory(reseau=pose.reseau, lecteurs="lignes", fige_le=pose.quand, contenu=[pose.dit("contenu")])
    for fichier in tableau.fichiers.all():
        type(fichier).objects.filter(pk=fichier.pk).update(octets=pose.dit(f"tableau.{fichier.genre}").encode())
    octets = {nom: pose.dit(f"compte rendu.{nom}").encode() for nom in ("pdf", "docx")}
    empreintes = {"empreinte_pdf": "a" * 64, "empreinte_docx": "b" * 64}
    reunion = ReunionFactory(reseau=pose.reseau, le=pose.le, tenue=True)
    CompteRenduFige.objects.create(reunion=reunion, version="membres", le=pose.quand, **octets, **empreintes)


def _signature(pose):
    dates = {"debut_le": "2001-01-01", "fin_le": pose.le}
    SignataireFactory(reseau=pose.reseau, signature=pose.dit("signature").encode(), **dates)


def _journal(pose):
    pose.existe(ligne_du_journal(pose.quand, reseau=pose.reseau, membre=pose.lecteur))


def _pli_contenu(pose):
    texte = {champ: pose.dit(champ) for champ in ("destinataire", "objet", "corps")}
    pli = PliFactory(reseau=pose.reseau, abandonne=True, inscrit_le=pose.quand, **texte)
    pli.pieces.create(nom="papier.pdf", genre="application/pdf", octets=pose.dit("pièce").encode())


def _pli_trace(pose):
    pose.existe(PliFactory(reseau=pose.reseau, parti=True, inscrit_le=pose.quand))


def _brouillon(pose):
    brouillon = Brouillon.objects.create(visite=pose.visite(), membre=pose.lecteur, contenu=pose.dit("contenu"))
    pose.dater(brouillon, "enregistre_le")


def _depot(pose, **mots):
    return ImportFactory(reseau=pose.reseau, membre=pose.lecteur, **mots)


def _import_oublie(pose):
    pose.dater(_depot(pose, contenu=pose.dit("contenu").encode()), "depose_le")


def _import(pose):
    depot = _depot(pose, ecrit=True, contenu=pose.dit("contenu").encode(), rejets=[pose.dit("rejets")])
    traces.garder(depot, 1, {"crees": [], "avant": [[1, {"nom": pose.dit("lot")}]]})
    pose.dater(depot, "depose_le")


def _fusion(pose):
    deplaces = {"ecritures": [{"avant": {"nom": pose.dit("deplaces")}}], "presents": {}}
    pose.dater(FusionFactory(reseau=pose.reseau, par=pose.lecteur, deplaces=deplaces), "faite_le")


def _droit(pose):
    qui = {champ: pose.dit(champ) for champ in ("nom", "prenom", "courriel", "telephone")}
    DemandeDeDroitFactory(reseau=pose.reseau, ouverte_par=pose.lecteur, recue_le=pose.le, **qui)


def _jeton(pose):
    jeton = JetonUtilise.objects.create(utilisateur=pose.lecteur.utilisateur)
    pose.dater(jeton, "le")
    pose.existe(jeton)


def _essai(pose):
    pose.existe(Essai.objects.create(cle=pose.dit("cle"), le=pose.quand))


def _alerte(pose):
    lecture = {"genre": "fiches", "minutes": 10, "nombre": 99}
    pose.existe(Alerte.objects.create(reseau=pose.reseau, membre=pose.lecteur, le=pose.quand, **lecture))


def _session(pose):
    cle, contenu = pose.dit("cle"), pose.dit("contenu")
    pose.existe(Session.objects.create(session_key=cle, session_data=contenu, expire_date=pose.quand))
