"""Tout ce que le réseau a fait avec une entreprise, composé pour un lecteur : ce que ses droits lui taisent n'y est pas."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.urls import reverse
from django.utils.timezone import localdate, localtime

from entreprises.models import Changement, Deport, Document, Entreprise, LigneDeCible, Sollicitation
from entreprises.operations.traces import createur
from reseau.droits import NON, TOUT, portee
from reseau.templatetags.affichage import date_fr, siret_lisible
from suivi.enums import GenreEvenement, Mouvement
from suivi.models import Action, Fusion, MouvementDAction, Projet, Proposition, dossiers
from visites.etapes import historique
from visites.models import CompteRendu, Courrier, Visite


@dataclass(frozen=True)
class Evenement:
    """Un fait daté. `phrase` : en français, jamais la partie réservée ; `adresse` : où le lire, "" s'il n'y a nulle part."""

    le: date
    genre: GenreEvenement
    phrase: str
    adresse: str = ""
    auteur: str = ""
    rang: tuple = ()

    @property
    def genre_dit(self):
        return MOTS[self.genre]


MOTS = {
    GenreEvenement.VISITE: "Visite",
    GenreEvenement.LETTRE: "Lettre",
    GenreEvenement.COMPTE_RENDU: "Compte\u00a0rendu",
    GenreEvenement.PROJET: "Projet",
    GenreEvenement.ACTION: "Action",
    GenreEvenement.SOLLICITATION: "Contact",
    GenreEvenement.CIBLE: "Cible",
    GenreEvenement.DOCUMENT: "Document",
    GenreEvenement.DEPORT: "Déport",
    GenreEvenement.FICHE: "Fiche",
}


def chronologie(entreprise, membre, genres=None):
    """Liste d'`Evenement`, du plus récent au plus ancien ; `genres` : ceux qu'on demande, tous si None.

    Une à trois requêtes par genre, quel que soit le nombre de faits. Un genre que le lecteur n'a pas le droit de lire
    est vide, même demandé.
    """
    evenements = []
    for genre in genres_lisibles(membre):
        if genres is None or genre in genres:
            evenements += SOURCES[genre][1](entreprise, membre)
    return sorted(evenements, key=_ordre, reverse=True)


def genres_lisibles(membre):
    """Les genres que les droits de ce lecteur lui ouvrent, dans l'ordre de `GenreEvenement`."""
    return [genre for genre, (droit, _) in SOURCES.items() if portee(membre, droit) is not NON and _entier(membre, genre)]


def _entier(membre, genre):
    """Les déports ne se lisent que si on les gère tous."""
    return genre != GenreEvenement.DEPORT or portee(membre, SOURCES[genre][0]) is TOUT


def _ordre(evenement):
    return evenement.le, evenement.rang, evenement.genre


def _evenement(le, genre, phrase, *, adresse="", auteur="", rang=0):
    """`le` : un jour ou un instant ; l'instant départage les faits d'un même jour, `rang` ceux que rien ne date mieux."""
    moment = time()
    if isinstance(le, datetime):
        le, moment = localdate(le), localtime(le).time()
    return Evenement(le, genre, phrase, adresse, str(auteur) if auteur else "", (moment, rang))


def _visites(entreprise, membre):
    visites = Visite.objects.visibles_par(membre).filter(entreprise=entreprise).avec_noms()
    faits = [fait for visite in visites for fait in _faits_de(visite)]
    return [*faits, *_propositions_ecartees(entreprise, membre)]


def _faits_de(visite):
    adresse = visite.get_absolute_url()
    commun = {"adresse": adresse, "auteur": visite.developpeur}
    for rang, fait in enumerate(historique(visite, None)):
        yield _evenement(fait.le, GenreEvenement.VISITE, fait.phrase, rang=rang, **commun)
    if visite.annoncee_le:
        yield _evenement(visite.annoncee_le, GenreEvenement.VISITE, "Visite annoncée à l’entreprise", rang=2, **commun)
    if visite.rendez_vous_le:
        lieu = f", {visite.rendez_vous_lieu}" if visite.rendez_vous_lieu else ""
        phrase = f"Rendez-vous le {date_fr(visite.rendez_vous_le, 'heure')}{lieu}"
        yield _evenement(visite.rendez_vous_le, GenreEvenement.VISITE, phrase, **commun)


def _propositions_ecartees(entreprise, membre):
    propositions = Proposition.objects.visibles_par(Entreprise.objects.visibles_par(membre).values("pk")).ecartees()
    for proposition in propositions.filter(entreprise=entreprise).select_related("decidee_en__reseau"):
        reunion, phrase = proposition.decidee_en, f"Proposée, non retenue en réunion : {proposition.motif_d_ecart}"
        yield _evenement(reunion.le, GenreEvenement.VISITE, phrase, adresse=reunion.get_absolute_url(), rang=proposition.pk)


def _lettres(entreprise, membre):
    lettres = Courrier.objects.visibles_par(membre).filter(visite__entreprise=entreprise).signes()
    for lettre in lettres.select_related("reseau", "signataire").defer("reseau__logo", "signataire__signature", "contenu"):
        adresse = reverse("visites:courrier", args=[lettre.reseau.slug, lettre.pk])
        commun = {"adresse": adresse, "auteur": lettre.signataire}
        yield _evenement(lettre.signe_le, GenreEvenement.LETTRE, f"Lettre n° {lettre.reference} signée", **commun)
        if lettre.envoye_le:
            yield _evenement(
                lettre.envoye_le, GenreEvenement.LETTRE, f"Lettre n° {lettre.reference} partie {lettre.voie}", rang=1, **commun
            )


def _comptes_rendus(entreprise, membre):
    textes = CompteRendu.objects.visibles_par(membre, dossiers(membre)).filter(visite__entreprise=entreprise).termines()
    for texte in textes.select_related("auteur").only("phrase", "termine_le", "visite_id", "auteur"):
        adresse = reverse("suivi:compte-rendu-lire", args=[membre.reseau.slug, texte.visite_id])
        yield _evenement(texte.termine_le, GenreEvenement.COMPTE_RENDU, texte.phrase, adresse=adresse, auteur=texte.auteur)


def _projets(entreprise, membre):
    projets = Projet.objects.visibles_par(dossiers(membre)).filter(visite__entreprise=entreprise)
    for projet in projets.select_related("interlocuteur"):
        adresse = reverse("suivi:entreprise", args=[membre.reseau.slug, entreprise.pk])
        phrase = f"{projet.titre} ({projet.get_nature_display().lower()})"
        yield _evenement(projet.cree_le, GenreEvenement.PROJET, phrase, adresse=adresse, auteur=projet.interlocuteur)


def _actions(entreprise, membre):
    visibles = Action.objects.visibles_par(membre).filter(projet__visite__entreprise=entreprise)
    mouvements = MouvementDAction.objects.filter(action__in=visibles).select_related("action", "membre", "responsable")
    for mouvement in mouvements:
        adresse = reverse("suivi:action", args=[membre.reseau.slug, mouvement.action_id])
        commun = {"adresse": adresse, "auteur": mouvement.membre, "rang": mouvement.pk}
        yield _evenement(mouvement.le, GenreEvenement.ACTION, _dire(mouvement), **commun)


def _dire(mouvement):
    """« Action n° 12, Renseigner sur l'export : transmise à Camille Essai. Suite. »"""
    phrase = f"Action n° {mouvement.action.numero}, {mouvement.action.libelle} : {mouvement.get_mouvement_display().lower()}"
    confie = (Mouvement.PROPOSITION, Mouvement.TRANSMISSION, Mouvement.DESIGNATION)
    if mouvement.responsable and mouvement.mouvement in confie:
        phrase += f" à {mouvement.responsable}"
    return f"{phrase}. {mouvement.texte}" if mouvement.texte else phrase


def _sollicitations(entreprise, membre):
    contacts = Sollicitation.objects.visibles_par(membre, Entreprise.objects.visibles_par(membre).values("pk"))
    for contact in contacts.filter(entreprise=entreprise).select_related("institution", "membre"):
        adresse = reverse("entreprises:sollicitations", args=[membre.reseau.slug, entreprise.pk])
        phrase = f"{contact.institution}, {contact.get_canal_display().lower()} : {contact.get_objet_display().lower()}"
        phrase += f". {contact.precision}" if contact.precision else ""
        commun = {"adresse": adresse, "auteur": contact.membre, "rang": contact.pk}
        yield _evenement(contact.le, GenreEvenement.SOLLICITATION, phrase, **commun)


def _cibles(entreprise, membre):
    lignes = LigneDeCible.objects.visibles_par(membre, Entreprise.objects.visibles_par(membre).values("pk"))
    for ligne in lignes.filter(entreprise=entreprise, cible__decidee_le__isnull=False).select_related("cible"):
        adresse = reverse("entreprises:cible", args=[membre.reseau.slug, ligne.cible_id])
        phrase = f"Entre dans la cible « {ligne.cible} »"
        if ligne.motif_d_ecart:
            phrase = f"Écartée de la cible « {ligne.cible} » : {ligne.motif_d_ecart}"
        yield _evenement(ligne.cible.decidee_le, GenreEvenement.CIBLE, phrase, adresse=adresse)


def _documents(entreprise, membre):
    documents = Document.objects.visibles_par(membre, Entreprise.objects.visibles_par(membre).values("pk"))
    for document in documents.filter(entreprise=entreprise).select_related("membre"):
        adresse = reverse("entreprises:documents", args=[membre.reseau.slug, entreprise.pk])
        phrase = f"Document déposé : {document.nom}"
        yield _evenement(document.depose_le, GenreEvenement.DOCUMENT, phrase, adresse=adresse, auteur=document.membre)


def _deports(entreprise, membre):
    for deport in Deport.objects.filter(entreprise=entreprise).select_related("membre"):
        phrase = f"{deport.membre} se déporte : {deport.motif}"
        yield _evenement(deport.le, GenreEvenement.DEPORT, phrase, adresse=entreprise.get_absolute_url())


def _vie_de_la_fiche(entreprise, membre):
    yield _creation(entreprise, membre)
    yield from _changements(entreprise, membre)
    fusions = Fusion.objects.filter(gardee=entreprise).select_related("absorbee", "par", "defaite_par")
    for fusion in fusions.defer("deplaces"):
        dite = f"la fiche de {fusion.absorbee} (SIRET {siret_lisible(fusion.absorbee.siret)})"
        adresse = ""
        if portee(membre, "entreprises.fusionner") is TOUT:
            adresse = reverse("suivi:fusion", args=[membre.reseau.slug, fusion.pk])
        phrase = f"Fusion : {dite} est réunie à celle-ci"
        yield _evenement(fusion.faite_le, GenreEvenement.FICHE, phrase, adresse=adresse, auteur=fusion.par)
        if fusion.defaite_le:
            phrase = f"Fusion défaite : {dite} redevient distincte"
            yield _evenement(fusion.defaite_le, GenreEvenement.FICHE, phrase, adresse=adresse, auteur=fusion.defaite_par)


def _creation(entreprise, membre):
    """Née d'un import, ou saisie ; l'import se nomme à qui importe."""
    depot = createur(entreprise)
    if depot is None:
        return _evenement(entreprise.cree_le, GenreEvenement.FICHE, "Fiche créée dans l’outil")
    phrase, adresse = "Ajoutée par un fichier importé", ""
    if portee(membre, "entreprises.importer") is TOUT:
        phrase = f"Ajoutée par l’import « {depot} » du {date_fr(depot.ecrit_le)}"
        adresse = reverse("entreprises:import", args=[membre.reseau.slug, depot.pk])
    return _evenement(entreprise.cree_le, GenreEvenement.FICHE, phrase, adresse=adresse, auteur=depot.membre)


def _changements(entreprise, membre):
    """Ce qu'un fichier importé a appris de l'entreprise ; l'import se nomme à qui importe."""
    importe = portee(membre, "entreprises.importer") is TOUT
    changements = Changement.objects.filter(entreprise=entreprise, depot__ecrit_le__isnull=False).select_related("depot__membre")
    for changement in changements.defer("depot__contenu", "depot__rejets", "depot__bilan"):
        suite = " → ".join(mots for mots in (changement.avant, changement.apres) if mots)
        phrase = f"{changement.get_genre_display()}{f' : {suite}' if suite else ''}, d’après un fichier importé"
        depot = changement.depot
        adresse = reverse("entreprises:import", args=[membre.reseau.slug, depot.pk]) if importe else ""
        yield _evenement(depot.ecrit_le, GenreEvenement.FICHE, phrase, adresse=adresse, auteur=depot.membre)


# Genre → le droit qui l'ouvre, et d'où viennent ses faits.
SOURCES = {
    GenreEvenement.VISITE: ("visites.voir", _visites),
    GenreEvenement.LETTRE: ("courriers.voir", _lettres),
    GenreEvenement.COMPTE_RENDU: ("comptes_rendus.lire", _comptes_rendus),
    GenreEvenement.PROJET: ("comptes_rendus.lire", _projets),
    GenreEvenement.ACTION: ("actions.voir", _actions),
    GenreEvenement.SOLLICITATION: ("sollicitations.voir", _sollicitations),
    GenreEvenement.CIBLE: ("cibles.voir", _cibles),
    GenreEvenement.DOCUMENT: ("documents.voir", _documents),
    GenreEvenement.DEPORT: ("deports.gerer", _deports),
    GenreEvenement.FICHE: ("entreprises.voir", _vie_de_la_fiche),
}
