"""Le papier des lettres du préfet : figer chaque PDF une fois signé, imprimer un lot, ou un brouillon filigrané.

Une lettre figée n'est jamais refaite ; elle se date de minuit : à jour égal, mêmes octets. Les PDF se composent à plusieurs
processus et se gardent paquet par paquet : tué net, le lot reprend au paquet suivant, sans rien renuméroter.
"""

from collections import deque
from hashlib import sha256
from itertools import islice

from django.utils.timezone import localdate

from reseau.lib.atelier import composer_lettres, relier
from reseau.lib.dates import minuit
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.lettre import imprimer_lettre
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.tableau import Colonne, Section, Tableau
from reseau.models import Signataire
from visites.composition import apercu, avec_dirigeant, choix_communs, composer, figee, lettres
from visites.models import Courrier, PdfFige

DETRUIT = "le numéro, la date et l’empreinte"
PAQUET = 64  # lettres gardées d'une transaction : ce qu'une coupure fait recomposer, au plus
TRANCHE = 500  # lettres par fichier d'impression : au-delà, ni la mémoire ni l'imprimante ne suivent


def figer(courriers, *, combien=None):
    """Compose et garde le PDF des lettres signées qui n'en ont pas encore ; rend le nombre de PDF faits.

    `combien` : s'arrête dès qu'il est atteint. Une lettre qui ne se met pas en page n'arrête pas les autres : elle reste
    à figer. `ImpressionImpossible` si les processus de composition s'interrompent.
    """
    composes, taille = 0, min(TRANCHE, combien or TRANCHE)
    cles = list(courriers.a_figer().order_by("annee", "numero").values_list("pk", flat=True))
    for debut in range(0, len(cles), taille):
        if combien and composes >= combien:
            break
        composes += _figer(cles[debut : debut + taille])
    return composes


def imprimer(courriers):
    """PDF du lot, un fichier ouvert : les lettres signées telles que figées, dans l'ordre des numéros.

    Celles qui ne le sont pas n'y sont pas : `manquantes` les nomme. `RegleEnfreinte` s'il n'y en a aucune, ou plus de `TRANCHE`.
    """
    pdfs = PdfFige.objects.filter(courrier__in=courriers.figes().values("pk"))
    nombre = pdfs.count()
    if not 0 < nombre <= TRANCHE:
        raise RegleEnfreinte(f"Un fichier porte {TRANCHE} lettres au plus." if nombre else "Aucune lettre signée à imprimer.")
    pdfs = pdfs.order_by("courrier__annee", "courrier__numero").values_list("pdf", flat=True)
    return relier(map(bytes, pdfs.iterator(chunk_size=20)), titre="Lettres du préfet")


def manquantes(courriers):
    """Les lettres signées dont le PDF n'est pas composé, et que `imprimer` laisse de côté, dans l'ordre des numéros."""
    return courriers.a_figer().select_related("visite__entreprise").defer("contenu").order_by("annee", "numero")


def imprimer_brouillons(courriers, *, le, avancer=lambda fait, total: None):
    """PDF filigrané des lettres pas encore signées, un fichier ouvert : ni numéro, ni signature, dans l'ordre des entreprises.

    Une lettre qui ne se met pas en page n'arrête pas les autres : la dernière page la nomme. `RegleEnfreinte` s'il n'y a aucune
    lettre, ou plus de `TRANCHE`.
    """
    lot = list(avec_dirigeant(courriers.filter(numero=None)).order_by("visite__entreprise__raison_sociale", "pk")[: TRANCHE + 1])
    if not lot:
        raise RegleEnfreinte("Aucune lettre en brouillon à imprimer.")
    if len(lot) > TRANCHE:
        raise RegleEnfreinte(f"Un fichier porte {TRANCHE} lettres au plus : filtrez par campagne ou par développeur.")
    return relier(_brouillons(lot, le, avancer), titre="Lettres du préfet, brouillons", date=minuit(le))


def papier(courrier, *, le):
    """Le PDF de cette lettre, sans rien écrire : le figé si elle est signée (recomposé à l'identique au besoin).

    `RegleEnfreinte` si le papier a été détruit avec qui il nommait.
    """
    if not courrier.signee:
        return imprimer_lettre(apercu(courrier, le=le), edite_le=minuit(le))
    fige = PdfFige.objects.filter(courrier=courrier).first()
    if fige and fige.detruit_le:
        raise RegleEnfreinte(f"Ce papier a été détruit le {localdate(fige.detruit_le):%d/%m/%Y} : il en reste {DETRUIT}.")
    return bytes(fige.pdf) if fige else imprimer_lettre(figee(courrier), edite_le=minuit(courrier.signe_le))


def _brouillons(lot, le, avancer):
    """Le PDF de chaque lettre, au fil de l'eau ; puis, s'il le faut, la page qui nomme celles qui manquent."""
    reseau, absentes = lot[0].reseau, []
    choix = choix_communs(reseau, Signataire.objects.filter(reseau=reseau).en_fonction(le).first(), le)
    for courrier in lot:
        courrier.reseau = reseau  # son logo se lit une fois, pas une par lettre
    pdfs = composer_lettres((composer(courrier, **choix), minuit(le)) for courrier in lot)
    for rang, (courrier, pdf) in enumerate(zip(lot, pdfs, strict=True), 1):
        avancer(rang, len(lot))
        if pdf is None:
            absentes.append({"entreprise": str(courrier.visite.entreprise), "developpeur": str(courrier.visite.developpeur)})
        else:
            yield pdf
    if absentes:
        yield _page_des_absentes(absentes, reseau, le)


def _page_des_absentes(lignes, reseau, le):
    colonnes = [Colonne("entreprise", "Entreprise"), Colonne("developpeur", "Développeur")]
    tableau = Tableau(
        code="brouillons",
        titre="Lettres absentes de ce fichier",
        sous_titre="Leur texte dépasse une page : raccourcissez-le depuis la page de chacune, ou rejetez-la.",
        periode="",
        sections=[Section("", colonnes, lignes)],
        definitions=(),
        reseau=reseau.nom,
        edite_le=minuit(le),
    )
    return tableau_en_pdf(tableau)


def _figer(cles):
    """Compose et garde ces lettres ; rien du lot ne reste en mémoire que ce qui est en route."""
    en_route = deque()

    def entrees():
        for debut in range(0, len(cles), PAQUET):
            courriers = Courrier.objects.filter(pk__in=cles[debut : debut + PAQUET])
            signes = courriers.order_by("annee", "numero", "pk").values_list("pk", "signe_le")
            for (cle, signe_le), lettre in zip(signes, lettres(courriers, le=None), strict=True):
                en_route.append(cle)
                yield lettre, minuit(signe_le)

    pdfs = ((en_route.popleft(), pdf) for pdf in composer_lettres(entrees()))
    figes = (PdfFige(courrier_id=cle, pdf=pdf, empreinte=sha256(pdf).hexdigest()) for cle, pdf in pdfs if pdf is not None)
    composes = 0
    while paquet := list(islice(figes, PAQUET)):
        # Le même composé au même instant par quelqu'un d'autre : mêmes octets, le premier gardé vaut le nôtre.
        composes += len(PdfFige.objects.bulk_create(paquet, ignore_conflicts=True))
    return composes
