"""Diffuser le compte rendu d'une réunion : le figer dans chaque version, choisir celle d'un lecteur, prévenir les membres.

Avant la diffusion il se compose à chaque lecture, et dit qu'il est un projet ; ensuite ce sont toujours les mêmes octets.
"""

from hashlib import sha256

from django.db import transaction
from django.utils.timezone import now

from entreprises.models import Deport
from reseau import expedition
from reseau.droits import TOUT, portee
from reseau.enums import EtatReunion, GenrePli, Geste
from reseau.lib.document_modifiable import document_en_docx
from reseau.lib.erreurs import exiger
from reseau.lib.identite import changer_les_textes
from reseau.lib.pdf import rendre_pdf
from reseau.models import Reunion
from reseau.operations import enregistrer, noter
from suivi.convocations import est_attendu
from suivi.enums import VersionDuCompteRendu
from suivi.lectures import entreprises_nommees, pour_la_diffusion, pour_les_membres
from suivi.models import CompteRenduFige
from suivi.seance import releve

MEMBRES, EXPURGEE, DIFFUSION = VersionDuCompteRendu.MEMBRES, VersionDuCompteRendu.EXPURGEE, VersionDuCompteRendu.DIFFUSION


def imprimer(reunion, lecture, genre, *, date, taire=None, refige_le=None):
    """Octets du compte rendu pour cette `Lecture` ; `genre` : « pdf » ou « docx ». À date égale, mêmes octets.

    `taire(texte)` passe sur chaque texte quand on le refige (`refige_le`) pour y effacer une personne.
    """
    compose = releve(reunion, lecture)
    contexte = {"nom_reseau": reunion.reseau.nom, "reunion": compose, "projet": reunion.diffusee_le is None}
    contexte |= {"reunion": changer_les_textes(compose, taire) if taire else compose, "refige_le": refige_le}
    if genre == "docx":
        return document_en_docx("bureautique/document/reunion.xml", contexte, titre=compose.titre, edite_le=date)
    return rendre_pdf("pdf/reunion.html", contexte, titre=compose.titre, date=date)


@transaction.atomic
def diffuser(reunion, *, par):
    """Fige le compte rendu d'une réunion tenue, dans toutes ses versions ; rien n'y change plus. Rend la réunion."""
    reunion = Reunion.objects.select_for_update(of=("self",)).select_related("reseau").get(pk=reunion.pk)
    exiger(reunion.etat == EtatReunion.TENUE, "Seul le compte rendu d’une séance close se diffuse.")
    exiger(reunion.diffusee_le is None, "Ce compte rendu est déjà diffusé.")
    reunion.diffusee_le = now()
    deports = Deport.objects.filter(entreprise__in=entreprises_nommees(reunion))
    sans = sorted(set(deports.values_list("entreprise", flat=True)))
    lectures = [(MEMBRES, pour_les_membres(reunion), []), (DIFFUSION, pour_la_diffusion(), [])]
    if sans:
        lectures.append((EXPURGEE, pour_les_membres(reunion, sans=sans), sans))
    CompteRenduFige.objects.bulk_create(_figer(reunion, *lecture) for lecture in lectures)
    return enregistrer(reunion, par=par)


def version_pour(reunion, membre):
    """La version que lit ce membre : la diffusion, s'il ne lit pas toutes les restitutions ou se déporte depuis."""
    if portee(membre, "reunions.voir_les_restitutions") is not TOUT:
        return DIFFUSION
    deports = Deport.objects.filter(entreprise__in=entreprises_nommees(reunion), membre=membre)
    siens = set(deports.values_list("entreprise", flat=True))
    if not siens:
        return MEMBRES
    expurgee = reunion.figes.filter(version=EXPURGEE).values_list("sans", flat=True).first()
    return EXPURGEE if expurgee and siens <= set(expurgee) else DIFFUSION


def fige(reunion, version, genre):
    """Octets de cette version, tels que diffusés ; `RegleEnfreinte` s'ils ont été détruits à leur terme."""
    octets, detruit_le = CompteRenduFige.objects.values_list(genre, "detruit_le").get(reunion=reunion, version=version)
    exiger(detruit_le is None, "Ce compte rendu a été détruit à son terme : il en reste la date et l’empreinte.")
    return bytes(octets)


def annoncer(reunion, *, racine, par):
    """Inscrit, pour chaque convoqué encore membre, un courriel qui dit où lire le compte rendu."""
    presences = reunion.presences.select_related("membre__utilisateur")
    membres = [p.membre for p in presences if p.membre != par and est_attendu(p.membre, reunion)]
    page = reunion.get_absolute_url()
    envoi = {"membres": membres, "reseau": reunion.reseau, "par": par, "page": page}
    donnees = {"reunion": reunion, "lien": racine.rstrip("/") + page}
    expedition.ecrire(GenrePli.DIFFUSION, "suivi/courriels/diffusion", donnees, **envoi)
    noter(par, Geste.EXPORT, reunion, nombre=len(membres), precision="compte rendu diffusé")


def refiger(fige, taire, *, instant):
    """Recompose cette version sans une personne, telle que les données la disent aujourd’hui ; la date s’y lit."""
    lectures = {
        MEMBRES: lambda: pour_les_membres(fige.reunion),
        EXPURGEE: lambda: pour_les_membres(fige.reunion, sans=fige.sans),
        DIFFUSION: pour_la_diffusion,
    }
    mots = {"date": fige.reunion.diffusee_le or fige.le, "taire": taire, "refige_le": instant}
    octets = {genre: imprimer(fige.reunion, lectures[fige.version](), genre, **mots) for genre in ("pdf", "docx")}
    fige.pdf, fige.docx, fige.refige_le = octets["pdf"], octets["docx"], instant
    fige.empreinte_pdf, fige.empreinte_docx = (sha256(octets[genre]).hexdigest() for genre in ("pdf", "docx"))
    fige.save(update_fields=["pdf", "docx", "refige_le", "empreinte_pdf", "empreinte_docx"])


def _figer(reunion, version, lecture, sans):
    octets = {genre: imprimer(reunion, lecture, genre, date=reunion.diffusee_le) for genre in ("pdf", "docx")}
    return CompteRenduFige(
        reunion=reunion,
        version=version,
        **octets,
        empreinte_pdf=sha256(octets["pdf"]).hexdigest(),
        empreinte_docx=sha256(octets["docx"]).hexdigest(),
        sans=sans,
        le=reunion.diffusee_le,
    )
