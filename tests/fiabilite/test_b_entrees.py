"""B1 : des saisies que personne n'écrirait, dans chaque formulaire."""

import random
from contextlib import contextmanager
from copy import copy
from datetime import date
from urllib.parse import parse_qsl, quote_from_bytes

import pytest
from django.apps import apps
from django.contrib.messages import get_messages
from django.db import transaction
from django.forms import BaseForm, CharField
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entreprises.models import Entreprise
from reseau.models import Institution
from suivi.models import Brouillon, DemandeDeDroit, Evaluation, MouvementDAction, Proposition
from tests.fiabilite.cloisons import ecritures
from tests.fiabilite.formulaires import accepte, jamais_atteintes, publics, tous
from tests.fiabilite.greffon import moteur
from tests.fiabilite.rapport import GRAINE
from tests.fiabilite.verification import verification
from visites.models import DemandeDeVisite, ModeleDeCourrier, Question, Visite

pytestmark = pytest.mark.django_db

TEXTES = [
    "",
    " \t\n",
    "\x00",
    "nul\x00dedans",
    "\x1b[31mrouge\x1b[0m",
    "\u202eélargneg",
    "\ud800",
    "👩‍🏭" * 50,
    "e\u0301" * 200,
    "‮‭‫",
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}{% load %}",
    "{entreprise.__class__}",
    "%(x)s %s %n",
    "' OR 1=1 --",
    "=cmd|'/c calc'!A1",
    "../../etc/passwd",
    "ligne\r\nBcc: autre@exemple.test",
    "9" * 400,
    "1e309",
    "NaN",
    "-0",
    "0x10",
    "\uff11\uff12",
    "a" * 100_000,
    "\ufeff\uffff",
]
FERMES = ("hidden", "file", "password")
# Un mot convenu, un numéro, un code, un nom de commune : une phrase n'y est pas permise.
FORMATS = {
    *("avant", "code_postal", "colonne_0", "colonne_1", "confirmation", "departement", "ecarter", "fin_prevue", "geste"),
    *("issue", "jusqu_au", "lien", "marque", "naf", "naf_2025", "reponse", "sens", "siret", "site", "tout", "type"),
    *("version", "ville", "voix"),
}
# Un texte libre qui a sa règle.
REGLES = {
    ("reseau:charte-preparer", "texte"): "assez long, et en articles",
    ("reseau:parametres", "telephone"): "un numéro",
    ("visites:question-modifier", "liste"): "deux lignes au moins",
    ("visites:theme-question-ajouter", "liste"): "deux lignes au moins",
}
PAS_GARDES = {
    ("reseau:lettre-apercu", "affaire_suivie_par"): "un aperçu ne garde rien",
    ("reseau:lettre-apercu", "lieu"): "un aperçu ne garde rien",
    ("reseau:lettre-apercu", "telephone"): "un aperçu ne garde rien",
    ("suivi:compte-rendu-terminer", "malgre_concurrence"): "gardé devant une concurrente : `visites:programmer` en a une",
    ("suivi:projet-ajouter", "malgre_concurrence"): "gardé devant une concurrente",
    ("suivi:projet-modifier", "malgre_concurrence"): "gardé devant une concurrente",
    ("suivi:action-ajouter", "malgre_concurrence"): "gardé devant une concurrente",
    ("suivi:action-transmettre", "malgre_concurrence"): "gardé devant une concurrente",
    ("suivi:depart", "malgre_concurrence"): "gardé devant une concurrente",
    ("visites:proposer", "malgre_concurrence"): "gardé devant une concurrente",
}
PAS_REMONTRES = {
    ("entreprises:deport-declarer", "motif"): "qui se déporte ne voit plus l’entreprise",
    ("visites:courrier-courriel", "corps"): "parti par courriel",
    ("visites:courrier-courriel", "objet"): "parti par courriel",
    ("visites:courriers-courriel", "corps"): "parti par courriel",
    ("visites:courriers-courriel", "objet"): "parti par courriel",
}
# Où se relit ce que ne montrent ni la page où mène l'envoi, ni celle d'où il part : une route, et le numéro
# qu'elle prend à l'objet de ce modèle où est la phrase ; ou ce qui s'ajoute à l'adresse de la page où mène l'envoi.
RELUS = {
    "entreprises:cible-ecarter": "?voir=ecartees",
    "entreprises:cible-ecarter-ensemble": "?voir=ecartees",
    "entreprises:deport-ajouter": ("entreprises:deports",),
    "reseau:institution-creer": ("reseau:institution-modifier", Institution, "pk"),
    "suivi:compte-rendu-brouillon": ("suivi:compte-rendu", Brouillon, "visite_id"),
    "suivi:doublon-signaler": ("suivi:doublons",),
    "suivi:droits": ("suivi:droit-modifier", DemandeDeDroit, "pk"),
    "suivi:evaluation-entretien": ("suivi:evaluation", Evaluation, "pk"),
    "suivi:seance-choisir": ("suivi:chronologie", Proposition, "entreprise_id"),
    "suivi:seance-clore": ("suivi:action", MouvementDAction, "action_id"),
    "visites:campagne-deposer": ("visites:visite", Visite, "pk"),
    "visites:demande-decliner": ("visites:demande", DemandeDeVisite, "pk"),
    "visites:entreprises-lot": ("entreprises:fiche", Entreprise, "pk"),
    "visites:modele-creer": ("visites:modele-modifier", ModeleDeCourrier, "pk"),
    "visites:programmer": ("visites:visite", Visite, "pk"),
    "visites:propositions": ("visites:visite", Visite, "pk"),
    "visites:theme-question-ajouter": ("visites:question-modifier", Question, "pk"),
}
JAMAIS_ACCEPTES = {
    "entreprises:importer": "un fichier de données : B3",
    "entreprises:importer-contacts": "un fichier de données : B3",
}
NOMBRES = ["-1", "0", "1.5", "1,5", str(2**31), str(2**63), str(10**30), "1e400", "Infinity", "٣", " 7 ", "1_000"]
DATES = [
    "0001-01-01",
    "9999-12-31",
    "2026-02-31",
    "31/02/2026",
    "2026-13-01",
    "10000-01-01",
    "demain",
    "2026-3-29T02:30",
    "02:30",
]
SAISIE = st.one_of(
    st.sampled_from([*TEXTES, *NOMBRES, *DATES]),
    st.text(max_size=200),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zs", "Mn", "So"]), max_size=50),
    st.integers(-(10**30), 10**30).map(str),
    st.dates().map(date.isoformat),
)


def etrange(hasard, champ):
    """Une valeur que ce genre de champ n'attend pas ; un choix, parfois l'un des siens."""
    if champ.genre == "number":
        return hasard.choice(NOMBRES + TEXTES[:8])
    if champ.genre in ("date", "datetime-local", "time", "month"):
        return hasard.choice(DATES + TEXTES[:8])
    if champ.genre in ("select", "radio", "checkbox") and hasard.random() < 0.5:
        return hasard.choice(champ.offertes or [""])
    return hasard.choice(TEXTES + NOMBRES)


def postee(client, adresse, saisie):
    """La réponse à cet envoi, sans rien laisser en base ; les demi-codets s'y écrivent comme un navigateur fautif le ferait."""
    corps = QueryDict(mutable=True)
    for nom, valeur in saisie.items():
        corps.setlist(nom, valeur if isinstance(valeur, list) else [valeur])
    octets = "&".join(_coder(nom, valeur) for nom, valeurs in corps.lists() for valeur in valeurs)
    with transaction.atomic():
        response = client.post(adresse, octets, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    return response


def _coder(nom, valeur):
    return f"{nom}={quote_from_bytes(str(valeur).encode('utf-8', 'surrogatepass'))}"


def champs_sans_bornes(monkeypatch):
    """Le premier champ de texte venu fait confiance à ce qu'il reçoit."""
    monkeypatch.setattr(CharField, "to_python", lambda champ, valeur: int(valeur))


@verification(
    "B1",
    "chaque envoi du produit par HTTP, puis chaque formulaire : deux cents saisies, cinquante sur PostgreSQL",
    casser=champs_sans_bornes,
)
def test_aucune_saisie_ne_fait_tomber_un_formulaire(bilan, terrain, sans_papier, monkeypatch):
    """Ceux du réseau et ceux du public. Un champ de chaque envoi reçoit un million de signes.

    Les formulaires que les vues construisent sont pris au passage, puis nourris sans elles.
    """
    hasard, atteintes = random.Random(GRAINE), {}
    with rencontres(monkeypatch) as formulaires:
        for formulaire in (*tous(terrain), *publics(terrain)):
            deja, champs = atteintes.setdefault(formulaire.envoi, set()), frozenset(formulaire.champs)
            essais = () if champs in deja else ({}, *etranges(bilan, hasard, formulaire, longue=not deja))
            deja.add(champs)
            for choisis in essais:
                statut = postee(formulaire.client, formulaire.action, formulaire.saisie(**choisis)).status_code
                dits = {nom: valeurs[0][:30] for nom, valeurs in choisis.items()}
                bilan.noter(statut < 500, f"{formulaire.action} {dits!r} : {statut}")
    bilan.noter(not jamais_atteintes(atteintes), f"jamais atteintes : {jamais_atteintes(atteintes)}")
    combien = bilan.taille(bref=3, entier=200 if moteur() == "sqlite" else 50)
    for nom, form in formulaires.items():
        bilan.noter_lot(combien, nourrir(nom, form, combien))
    bilan.mesurer("formulaires nourris", f"{len(formulaires)}, chacun de {combien} saisies")


@contextmanager
def rencontres(monkeypatch):
    """{nom de classe: un formulaire lié de cette classe}, qui se remplit de ceux que construit le code du bloc."""
    trouves, nettoyer = {}, BaseForm.full_clean

    def prendre_au_passage(form):
        if form.is_bound and form.fields:
            trouves.setdefault(f"{type(form).__module__}.{type(form).__name__}", form)
        nettoyer(form)

    with monkeypatch.context() as pendant:
        pendant.setattr(BaseForm, "full_clean", prendre_au_passage)
        yield trouves


def nourrir(nom, form, combien):
    """Les saisies, sur `combien` tirées au sort, qui font tomber ce formulaire."""
    echecs = []

    @settings(max_examples=combien, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(list(form.fields)), SAISIE), min_size=1, max_size=len(form.fields)))
    def essayer(saisies):
        try:
            juger(form, saisies)
        except Exception as erreur:
            echecs.append(f"{nom} {[(champ, valeur[:30]) for champ, valeur in saisies]!r} : {erreur!r:.80}")

    essayer()
    return echecs


def juger(form, saisies):
    """Ce formulaire, sa saisie remplacée : il l'accepte ou la refuse, sans tomber."""
    essai, donnees = copy(form), QueryDict(mutable=True)
    donnees.update(form.data)
    for nom, valeur in saisies:
        donnees.setlist(form.add_prefix(nom), [recue(valeur)])
    essai.data, essai._errors, essai._bound_fields_cache, essai.fields = donnees, None, {}, dict(form.fields)
    if hasattr(form, "instance"):
        essai.instance = copy(form.instance)
    essai.is_valid()


def recue(valeur):
    """Ce que Django lit de cette valeur envoyée : un demi-caractère n'y entre pas."""
    return valeur.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def etranges(bilan, hasard, formulaire, *, longue):
    """Des saisies où quelques champs de cet envoi ont une valeur étrange ; si `longue`, la dernière, un million de signes."""
    saisissables = {nom: champ for nom, champ in formulaire.champs.items() if champ.genre not in FERMES}
    for _ in range(bilan.taille(bref=1, entier=2) if saisissables else 0):
        choisis = hasard.sample(sorted(saisissables), k=hasard.randint(1, len(saisissables)))
        yield {nom: [etrange(hasard, saisissables[nom])] for nom in choisis}
    textes = [nom for nom, champ in saisissables.items() if champ.genre in ("text", "textarea")]
    if longue and textes:
        yield {hasard.choice(textes): ["a" * 1_000_000]}


def espaces_recousus(monkeypatch):
    """Un champ qui change ce qu'on lui confie, sans le dire."""
    lire = CharField.to_python
    monkeypatch.setattr(CharField, "to_python", lambda champ, valeur: str(lire(champ, valeur)).replace("é", "e"))


@verification("B1", "chaque texte de chaque envoi, en base puis à l’écran au caractère près", casser=espaces_recousus)
def test_ce_qui_est_garde_est_ce_qui_est_montre(bilan, terrain, sans_papier):
    """Une phrase dans chaque texte libre ; d'un texte que plusieurs pages envoient, une au moins le garde et le remontre.

    Un envoi qui n'est accepté de personne est un échec.
    """
    acceptees, refusees, suivis = set(), {}, {}
    for formulaire in tous(terrain):
        phrases = {nom: f"Été <b> & « {rang} »" for rang, nom in enumerate(textes_libres(formulaire))}
        with transaction.atomic(), ecritures() as tables:
            response = formulaire.client.post(formulaire.action, formulaire.saisie(**phrases))
            if accepte(response):
                acceptees.add(formulaire.envoi)
                suivre(suivis, formulaire, phrases, gardes(tables) if phrases else "", response)
            else:
                refusees[formulaire.envoi] = erreurs(response)
            transaction.set_rollback(True)
        if bilan.casse and suivis:
            break
    for (envoi, nom, quoi), tenu in suivis.items():
        bilan.noter(tenu, f"{envoi} {nom} n’est pas {quoi}")
    jamais = refusees.keys() - acceptees
    bilan.noter_lot(len(acceptees | jamais), [f"{nom} : {refusees[nom]}" for nom in jamais - JAMAIS_ACCEPTES.keys()])


def textes_libres(formulaire):
    """Les champs de texte où n'importe quelle phrase est permise."""
    return [
        nom
        for nom, champ in formulaire.champs.items()
        if champ.genre in ("text", "textarea")
        and (formulaire.envoi, nom) not in REGLES
        and not {nom, nom.partition("-")[0]} & FORMATS
    ]


def suivre(suivis, formulaire, phrases, en_base, response):
    """Inscrit à `suivis`, pour chaque champ, si sa phrase est en base, puis si une page la remontre."""
    montre = " ".join(relues(formulaire, response, phrases))
    for nom, phrase in phrases.items():
        cle = formulaire.envoi, nom
        constats = {"en base": (phrase in en_base, PAS_GARDES), "remontré": (escape(phrase) in montre, PAS_REMONTRES)}
        for quoi, (tenu, exceptions) in constats.items():
            if cle not in PAS_GARDES | exceptions:
                suivis[*cle, quoi] = tenu or suivis.get((*cle, quoi), False)


def relues(formulaire, response, phrases):
    """Les pages où se relit ce que l'on vient d'envoyer."""
    adresses = [response.headers.get("Location"), formulaire.page, _ailleurs(formulaire, response, phrases)]
    pages = [formulaire.client.get(adresse) for adresse in adresses if adresse]
    return [page.content.decode() for page in pages if "html" in page.headers.get("Content-Type", "")]


def _ailleurs(formulaire, response, phrases):
    match RELUS.get(formulaire.envoi):
        case str() as requete:
            return response.url + requete
        case (route,):
            return reverse(route, args=[response.wsgi_request.reseau.slug])
        case (route, modele, numero):
            objet = next((ligne for ligne in modele.objects.all() if _porte(vars(ligne), phrases.values())), None)
            return objet and reverse(route, args=[response.wsgi_request.reseau.slug, getattr(objet, numero)])


def _porte(ligne, phrases):
    return any(phrase in texte for texte in _feuilles(ligne) for phrase in phrases)


def gardes(tables):
    """Tous les textes de ces tables bout à bout, jusque dans leurs colonnes JSON et leurs brouillons, encodés comme un envoi."""
    ecrits = [modele for modele in apps.get_models(include_auto_created=True) if modele._meta.db_table in tables]
    return "\n".join(texte for modele in ecrits for ligne in modele._base_manager.values_list() for texte in _feuilles(ligne))


def _feuilles(valeur):
    if isinstance(valeur, dict):
        valeur = list(valeur.values())
    if isinstance(valeur, list | tuple):
        return [texte for element in valeur for texte in _feuilles(element)]
    return [valeur, *(texte for _, texte in parse_qsl(valeur))] if isinstance(valeur, str) else []


def erreurs(response):
    """Ce que la page refusée en dit."""
    dits = [str(message) for message in get_messages(response.wsgi_request)._queued_messages]
    formulaires = [contexte["form"] for contexte in response.context or [] if "form" in contexte]
    return [response.status_code, *dits, *(dict(form.errors) for form in formulaires[:1] if hasattr(form, "errors"))]
