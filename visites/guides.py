"""Tenir les guides d'entretien, et noter les réponses : un guide qui a servi ne change plus, sa version suivante naît."""

from django.db import transaction
from django.db.models import F, Max
from django.utils.timezone import now

from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import CONFLIT, ajouter, enregistrer, noter
from visites.guides_fournis import guides_fournis
from visites.models import Guide, Question, Reponse, Theme

QUESTIONS_MAX = 60  # un compte rendu a déjà 800 champs possibles, et Django en refuse plus de mille
THEMES_MAX = 15
SANS_TITRE = "Nouveau guide"
CHAMPS = ("libelle", "aide", "genre", "choix")
REMPLACE = "Ce guide a été remplacé ou retiré : revenez à la liste des guides pour ouvrir celui qui vaut aujourd’hui."


@transaction.atomic
def installer(code, *, par):
    """Ajoute au réseau un guide fourni (son code), ou un guide vide (code vide) ; hors service. Rend le `Guide`."""
    fourni = guides_fournis().get(code)
    if code and fourni is None:
        raise RegleEnfreinte("Ce guide n’est pas de ceux qui sont fournis.")
    nom = _nom_libre(par.reseau, fourni.nom if fourni else SANS_TITRE)
    guide = ajouter(Guide(reseau=par.reseau, nom=nom, fourni=code), par=par)
    _remplir(guide, fourni)
    return guide


@transaction.atomic
def dupliquer(guide, *, par):
    """Un guide neuf, hors service, de même contenu."""
    nom = _nom_libre(guide.reseau, f"{guide.nom[:70]} (copie)")
    copie = ajouter(Guide(reseau=guide.reseau, nom=nom, fourni=guide.fourni), par=par)
    _copier(guide, copie)
    return copie


@transaction.atomic
def mettre_en_service(guide, *, par):
    """Ce guide paraît désormais à côté des comptes rendus ; celui qui y était se retire, sans rien perdre."""
    # Tous, et dans l'ordre : de deux mises en service simultanées, la seconde l'emporte au lieu d'échouer.
    list(Guide.objects.courants().filter(reseau=guide.reseau_id).select_for_update(of=("self",)).order_by("pk"))
    guide = _verrouiller(guide)
    if not Question.objects.filter(theme__guide=guide).exists():
        raise RegleEnfreinte("Ce guide n’a aucune question : ajoutez-en une avant de le mettre en service.")
    Guide.objects.filter(reseau=guide.reseau, en_service=True).exclude(pk=guide.pk).update(
        en_service=False, version=F("version") + 1
    )
    guide.en_service = True
    return enregistrer(guide, par=par)


@transaction.atomic
def desactiver(guide, *, par):
    """Plus aucun guide dans les comptes rendus du réseau ; les réponses déjà notées restent."""
    guide = _verrouiller(guide)
    guide.en_service = False
    return enregistrer(guide, par=par)


@transaction.atomic
def supprimer(guide, *, par):
    """Efface un guide qui n'a pas servi (rend True) ; retire de la liste celui qui a des réponses, qui restent (False)."""
    guide = _verrouiller(guide)
    if a_servi(guide):
        guide.en_service, guide.retire_le = False, now()
        enregistrer(guide, par=par)
        return False
    noter(par, Geste.MODIFICATION, guide, precision="supprimé")
    guide.delete()
    return True


@transaction.atomic
def renommer(guide, *, par):
    """Le nom seul change : ce que disent les questions n'en dépend pas, la version reste."""
    _verrouiller(guide)
    return enregistrer(guide, par=par)


@transaction.atomic
def remettre(guide, *, version, par):
    """Rend au guide le contenu fourni dont il vient."""
    fourni = guides_fournis().get(guide.fourni)
    if fourni is None:
        raise RegleEnfreinte("Ce guide n’est pas un guide fourni : il n’y a rien à remettre.")
    guide, _ = _ouvrir(guide, version, par)
    guide.themes.all().delete()
    _remplir(guide, fourni)
    return guide


@transaction.atomic
def enregistrer_theme(theme, *, version, par):
    """Ajoute ou renomme un thème ; rend le guide où il est."""
    guide, copies = _ouvrir(theme.guide, version, par)
    if theme.pk is None:
        if guide.themes.count() >= THEMES_MAX:
            raise RegleEnfreinte(f"Un guide a {THEMES_MAX} thèmes au plus : réunissez-en deux.")
        theme.rang = _rang_suivant(guide.themes)
    theme.guide = guide
    _rattacher(theme, copies)
    theme.save()
    return guide


@transaction.atomic
def enregistrer_question(question, *, version, par):
    """Ajoute ou modifie une question ; rend le guide où elle est."""
    guide, copies = _ouvrir(question.theme.guide, version, par)
    question.theme = copies.get(question.theme, question.theme)
    if question.pk is None:
        if Question.objects.filter(theme__guide=guide).count() >= QUESTIONS_MAX:
            raise RegleEnfreinte(f"Un guide a {QUESTIONS_MAX} questions au plus : il reste un aide-mémoire.")
        question.rang = _rang_suivant(question.theme.questions)
    _rattacher(question, copies)
    question.save()
    return guide


@transaction.atomic
def retirer(piece, *, version, par):
    """Retire une question, ou un thème et ses questions ; rend le guide."""
    guide, copies = _ouvrir(_guide_de(piece), version, par)
    copies.get(piece, piece).delete()
    return guide


@transaction.atomic
def deplacer(piece, pas, *, version, par):
    """Monte (`pas` = -1) ou descend (1) d'un rang ; au bord de son thème, une question passe au thème voisin.

    La pièce reçoit sa clé dans le guide rendu : la page y revient.
    """
    guide, copies = _ouvrir(_guide_de(piece), version, par)
    copie = copies.get(piece, piece)
    if isinstance(copie, Theme):
        _echanger(list(guide.themes.all()), copie, pas)
    else:
        _deplacer_une_question(guide, copie, pas)
    piece.pk = copie.pk
    return guide


@transaction.atomic
def repondre(compte_rendu, guide, valeurs):
    """Note les réponses d'un compte rendu : clé de question → valeur, vide pour l'effacer.

    Sous verrou : un guide ne change pas pendant qu'on y répond. Une réponse corrigée garde sa clé, donc son rang d'arrivée.
    """
    if not Guide.objects.select_for_update(of=("self",)).filter(pk=guide.pk).exists():
        raise RegleEnfreinte("Le guide d’entretien vient d’être supprimé : vérifiez votre texte, puis terminez à nouveau.")
    siennes = set(Question.objects.filter(theme__guide=guide).values_list("pk", flat=True))
    deja = {reponse.question_id: reponse for reponse in compte_rendu.reponses.all()}
    for question in sorted(siennes & set(valeurs)):
        valeur, ancienne = valeurs[question], deja.get(question)
        if ancienne and not valeur:
            ancienne.delete()
        elif valeur and (ancienne is None or ancienne.valeur != valeur):
            Reponse.objects.update_or_create(compte_rendu=compte_rendu, question_id=question, defaults={"valeur": valeur})


def guide_de(compte_rendu, reseau, demande=None):
    """Le guide à montrer : celui de ses réponses, sinon celui que la page montrait (`demande`, une clé), sinon celui en service.

    None si le réseau s'en passe.
    """
    guides = Guide.objects.filter(reseau=reseau).avec_contenu()
    if compte_rendu.pk and (reponse := compte_rendu.reponses.select_related("question__theme").first()):
        return guides.get(pk=reponse.question.theme.guide_id)
    return (guides.filter(pk=demande).first() if demande else None) or guides.en_service().first()


def a_servi(guide):
    return Reponse.objects.filter(question__theme__guide=guide).exists()


def _verrouiller(guide):
    """Le guide relu sous verrou ; `RegleEnfreinte` si ce n'est plus celui que l'on tient."""
    guide = Guide.objects.select_for_update(of=("self",)).select_related("reseau").get(pk=guide.pk)
    if guide.retire_le:
        raise RegleEnfreinte(REMPLACE)
    return guide


def _ouvrir(guide, version, par):
    """(le guide à changer, {pièce ancienne: sa copie}) : lui-même, ou s'il a servi, sa version suivante."""
    guide = _verrouiller(guide)
    if guide.version != version:
        raise RegleEnfreinte(CONFLIT)
    if not a_servi(guide):
        return enregistrer(guide, par=par), {}
    suivant = Guide(
        reseau=guide.reseau,
        nom=guide.nom,
        fourni=guide.fourni,
        edition=guide.edition + 1,
        precedent=guide,
        en_service=guide.en_service,
        version=guide.version + 1,  # la page ouverte sur l'ancienne n'écrit pas dans la nouvelle
    )
    guide.en_service, guide.retire_le = False, now()
    enregistrer(guide, par=par)
    return ajouter(suivant, par=par), _copier(guide, suivant)


def _copier(guide, copie):
    """Recopie thèmes et questions ; rend {ancienne pièce: sa copie}."""
    copies = {}
    for theme in guide.themes.prefetch_related("questions"):
        copies[theme] = Theme.objects.create(guide=copie, titre=theme.titre, rang=theme.rang)
        for question in theme.questions.all():
            champs = {nom: getattr(question, nom) for nom in CHAMPS}
            copies[question] = Question.objects.create(theme=copies[theme], rang=question.rang, **champs)
    return copies


def _rattacher(piece, copies):
    """Ce qu'on vient de changer s'écrit dans la copie, s'il y en a une ; l'original garde ses réponses."""
    if piece.pk and piece in copies:
        piece.pk = copies[piece].pk


def _remplir(guide, fourni):
    for rang, theme in enumerate(fourni.themes if fourni else ()):
        neuf = Theme.objects.create(guide=guide, titre=theme.titre, rang=rang)
        Question.objects.bulk_create(
            Question(theme=neuf, rang=place, libelle=q.libelle, aide=q.aide, genre=q.genre, choix=list(q.choix))
            for place, q in enumerate(theme.questions)
        )


def _echanger(serie, piece, pas):
    """Échange la pièce et sa voisine ; au bout de la série, rien ne bouge."""
    place = serie.index(piece)
    if 0 <= place + pas < len(serie):
        serie[place], serie[place + pas] = serie[place + pas], serie[place]
        _renumeroter(serie)


def _deplacer_une_question(guide, question, pas):
    themes = list(guide.themes.prefetch_related("questions"))
    rang = themes.index(question.theme)
    serie = list(themes[rang].questions.all())
    if 0 <= serie.index(question) + pas < len(serie):
        _echanger(serie, question, pas)
    elif 0 <= rang + pas < len(themes):
        voisin = themes[rang + pas]
        suite = list(voisin.questions.all())
        suite.insert(len(suite) if pas < 0 else 0, question)
        question.theme = voisin
        question.save(update_fields=["theme"])
        _renumeroter(suite)


def _renumeroter(serie):
    for rang, piece in enumerate(serie):
        piece.rang = rang
    type(serie[0]).objects.bulk_update(serie, ["rang"])


def _rang_suivant(serie):
    dernier = serie.aggregate(dernier=Max("rang"))["dernier"]
    return 0 if dernier is None else dernier + 1


def _guide_de(piece):
    return piece.guide if isinstance(piece, Theme) else piece.theme.guide


def _nom_libre(reseau, nom):
    """Ce nom, ou le même suivi d'un rang : « Court (2) »."""
    pris = set(Guide.objects.filter(reseau=reseau).courants().values_list("nom", flat=True))
    return next(essai for essai in [nom, *(f"{nom} ({rang})" for rang in range(2, len(pris) + 3))] if essai not in pris)
