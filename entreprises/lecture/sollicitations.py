"""Le journal d'une institution : une ligne par contact, l'entreprise reconnue parmi celles que le déposant voit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from django.db.models import TextChoices

from entreprises.enums import Canal, ObjetDeContact
from entreprises.lecture import identifiants
from entreprises.lecture.analyse import Fiche, lire_lieu, parcourir
from entreprises.lecture.colonnes import SYNONYMES, Jeu
from entreprises.lecture.feuille import Feuille
from entreprises.lecture.lignes import Rejet
from entreprises.lecture.nettoyage import cle, sans_accents
from entreprises.lecture.referentiel import Referentiel
from entreprises.lecture.referentiel import nom_comparable as ville_comparable
from entreprises.lecture.refus import ValeurEcartee, ValeurRefusee

PREMIER_JOUR = date(1990, 1, 1)
PRECISION_MAX = 200  # caractères de la colonne `precision` du modèle Sollicitation
SOLLICITATIONS = Jeu(
    nom="sollicitations",
    quoi="une liste de contacts",
    synonymes={
        "siret": SYNONYMES["siret"],
        "siren": SYNONYMES["siren"],
        "nic": SYNONYMES["nic"],
        "raison_sociale": f"{SYNONYMES['raison_sociale']} enseigne nomcommercial nomdelastructure structure nomclient client nom",
        "code_postal": SYNONYMES["code_postal"],
        "code_commune": SYNONYMES["code_commune"],
        "ville": SYNONYMES["ville"],
        "le": "date datecontact dateducontact datedecontact datevisite datedevisite datedelavisite daterdv datedurdv datederdv "
        "daterendezvous datedurendezvous datederendezvous dateentretien datedelentretien dateappel datedelappel dateechange "
        "dateaction daterencontre datedelarencontre contactele visitele rencontrele jour quand le",
        "canal": "canal moyen moyendecontact mode modedecontact modecontact typedecontact typecontact typeducontact "
        "formeducontact naturecontact natureducontact nature comment type",
        "objet": "objet objetducontact objetcontact objetdelavisite sujet theme thematique motif motifducontact motifcontact "
        "aquelsujet",
        "agent": "agent nomagent nomdelagent conseiller conseillere nomconseiller nomduconseiller chargedaffaires "
        "chargedemission collaborateur interlocuteurinterne realisepar suivipar contactepar visitepar auteur par",
        "precision": "precision precisions commentaire commentaires observation observations remarque remarques note notes "
        "detail details description",
    },
    indispensables=(
        (("siret", "siren", "raison_sociale"), "SIRET (ou SIREN, ou nom de l’entreprise)"),
        (("le",), "date du contact"),
    ),
    exemple="« SIRET », « Date du contact », « Canal », « Objet »",
)
FORMES = frozenset(("sa", "sas", "sasu", "sarl", "eurl", "earl", "snc", "sci", "scop", "selarl", "gaec", "ets", "ste", "societe"))
SIREN_SANS_ZERO = range(7, 10)


def _reconnus(choix: type[TextChoices], autrement: Mapping[str, str]) -> dict[str, str]:
    """Clé d'un code, d'un libellé ou d'une autre façon de le dire → code."""
    reconnus = {nom: code for code, noms in autrement.items() for nom in noms.split()}
    return reconnus | {cle(mot): valeur.value for valeur in choix for mot in (valeur.value, valeur.label)}


CANAUX = _reconnus(
    Canal,
    {
        Canal.VISITE: "visites visiteentreprise visitedentreprise visitesurplace surplace rdv rendezvous entretien deplacement",
        Canal.TELEPHONE: "tel appel appels appeltelephonique appeltelephone contacttelephonique entretientelephonique phoning",
        Canal.COURRIEL: "mail mails email emails mel courriels emailing mailing",
        Canal.COURRIER: "lettre courrierpostal publipostage",
        Canal.EVENEMENT: "evenements reunion reunioncollective salon atelier forum conference manifestation",
    },
)
OBJETS = _reconnus(
    ObjetDeContact,
    {
        ObjetDeContact.DEVELOPPEMENT: "projet investissement croissance developpementeconomique",
        ObjetDeContact.EMPLOI: "recrutement recrutements embauche rh ressourceshumaines emploiformation",
        ObjetDeContact.FORMATION: "formations apprentissage alternance competences",
        ObjetDeContact.FINANCEMENT: "financements aide aides subvention subventions pret",
        ObjetDeContact.EXPORT: "exportation international",
        ObjetDeContact.INNOVATION: "numerique digital transformationnumerique",
        ObjetDeContact.ENVIRONNEMENT: "energie transitionecologique ecologie dechets",
        ObjetDeContact.IMMOBILIER: "foncier locaux local terrain terrains",
        ObjetDeContact.ENQUETE: "enquetes sondage questionnaire",
        ObjetDeContact.AUTRE: "autres divers",
    },
)


class FicheConnue(NamedTuple):
    """Une entreprise du réseau, nommée comme ses champs ; un tuple, car on en lit autant que le réseau en compte."""

    pk: int
    siret: str
    raison_sociale: str
    enseigne: str
    code_postal: str
    commune: str | None
    ville: str


class Annuaire(Protocol):
    """Les entreprises parmi lesquelles on cherche ; ce que le déposant ne voit pas n'y est pas."""

    def de_siret(self, siret: str) -> Sequence[FicheConnue]:
        """Une fiche au plus."""

    def de_siren(self, siren: str) -> Sequence[FicheConnue]:
        """Ses établissements."""

    def de_nom(self, nom: str) -> Sequence[FicheConnue]:
        """Celles de cette raison sociale ou de cette enseigne ; `nom` : voir `nom_comparable`."""

    def membre(self, agent: str) -> int | None:
        """La clé du membre de l'institution que ce nom désigne sans doute possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LigneContact:
    """Un contact tel que le fichier le décrit ; `canal` et `objet` sont vides si le fichier n'en dit rien.

    `membre` : la clé de l'agent, si c'est un membre du réseau ; sinon son nom finit la précision.
    """

    ligne: int
    fiche: FicheConnue
    le: date
    canal: str = ""
    objet: str = ""
    membre: int | None = None
    precision: str = ""
    avertissements: tuple[str, ...] = ()


def analyser_contacts(feuille: Feuille, referentiel: Referentiel, annuaire: Annuaire, le: date) -> Iterator[LigneContact | Rejet]:
    """Lit la feuille en flux, comme `analyser` ; un contact postérieur au jour `le` est rejeté."""
    return parcourir(feuille, referentiel, lambda fiche: _examiner(fiche, annuaire, le))


def nom_comparable(nom: str) -> str:
    """« Éts. Tournerie du Lac SARL » → « tourneriedulac »."""
    mots = "".join(lettre if lettre.isalnum() else " " for lettre in sans_accents(nom).lower().replace(".", "")).split()
    return "".join([mot for mot in mots if mot not in FORMES] or mots)


def _examiner(fiche: Fiche, annuaire: Annuaire, le: date) -> LigneContact:
    agent = fiche.texte("agent")
    membre = annuaire.membre(agent) if agent else None
    return LigneContact(
        ligne=fiche.numero,
        le=_jour(fiche, le),
        fiche=_entreprise(fiche, annuaire),
        canal=_choisir(fiche, "canal", CANAUX, Canal.AUTRE),
        objet=_choisir(fiche, "objet", OBJETS, ObjetDeContact.AUTRE),
        membre=membre,
        precision=_precision(fiche, "" if membre else agent),
        avertissements=tuple(fiche.avertissements),  # en dernier : les lectures précédentes les ont écrits
    )


def _jour(fiche: Fiche, le: date) -> date:
    ecrit = fiche.texte("le")
    if not ecrit:
        raise ValeurRefusee("Date du contact absente.")
    try:
        jour = identifiants.lire_date(ecrit)
    except ValeurEcartee as ecart:
        raise ValeurRefusee(f"Date du contact illisible : « {ecrit[:20]} ».") from ecart
    if jour > le:
        raise ValeurRefusee(f"Date du contact à venir : {jour:%d/%m/%Y}.")
    if jour < PREMIER_JOUR:
        raise ValeurRefusee(f"Date du contact : vérifiez l’année de « {ecrit[:20]} ».")
    return jour


def _choisir(fiche: Fiche, champ: str, reconnus: Mapping[str, str], autre: str) -> str:
    """Le code de la valeur écrite ; inconnue, elle devient « autre » et le dit."""
    ecrit = fiche.texte(champ)
    code = reconnus.get(cle(ecrit), "") if ecrit else ""
    if ecrit and not code:
        fiche.avertissements.append(f"{champ.capitalize()} inconnu, noté « Autre » : « {ecrit[:40]} ».")
        return autre
    return code


def _precision(fiche: Fiche, agent: str) -> str:
    """Ce que la ligne ajoute : l'objet qui n'est pas de la liste, la précision, l'agent que le réseau ne connaît pas."""
    objet = fiche.texte("objet")
    hors_liste = "" if cle(objet) in OBJETS else objet
    morceaux = (hors_liste, fiche.texte("precision"), f"Agent : {agent}" if agent else "")
    return fiche.couper("précision", ". ".join(filter(None, morceaux)), PRECISION_MAX)


def _entreprise(fiche: Fiche, annuaire: Annuaire) -> FicheConnue:
    """L'entreprise que la ligne désigne, par son SIRET, sinon son SIREN, sinon son nom et son lieu."""
    siret, siren, nic = map(fiche.texte, ("siret", "siren", "nic"))
    numero = siret or siren
    if not numero:
        return _de_ce_nom(fiche, annuaire, fiche.texte("raison_sociale"))
    if siren and nic and not siret:
        numero = identifiants.composer_siret(siren, nic)
    elif siren := _lire_siren(numero):
        return _seule(annuaire.de_siren(siren), fiche, f"SIREN {siren}")
    numero = identifiants.lire_siret(numero)
    return _seule(annuaire.de_siret(numero), fiche, f"SIRET {numero}")


def _lire_siren(numero: str) -> str:
    """Neuf chiffres, zéros de tête rétablis ; "" si ce n'est pas un SIREN."""
    chiffres = identifiants.SEPARATEURS_DE_CHIFFRES.sub("", identifiants.DECIMALES_NULLES.sub("", numero))
    if not (chiffres.isascii() and chiffres.isdigit() and len(chiffres) in SIREN_SANS_ZERO):
        return ""
    siren = chiffres.zfill(9)
    if not identifiants.cle_de_luhn_juste(siren):
        raise ValeurRefusee(f"SIREN « {numero} » : la clé de contrôle est fausse, un chiffre a été mal recopié.")
    return siren


def _de_ce_nom(fiche: Fiche, annuaire: Annuaire, nom: str) -> FicheConnue:
    if not any(map(str.isalnum, nom)):
        raise ValeurRefusee("Rien ne désigne l’entreprise : ni SIRET, ni SIREN, ni nom.")
    if not any(map(fiche.texte, ("code_postal", "code_commune", "ville"))):
        raise ValeurRefusee(f"« {nom[:60]} » : sans SIRET ni SIREN, il faut aussi la commune ou le code postal.")
    return _seule(_de_ce_lieu(annuaire.de_nom(nom_comparable(nom)), fiche), fiche, f"« {nom[:60]} »")


def _seule(trouvees: Sequence[FicheConnue], fiche: Fiche, designee: str) -> FicheConnue:
    """L'unique fiche trouvée ; s'il y en a plusieurs, le lieu les départage."""
    if len(trouvees) > 1:
        trouvees = _de_ce_lieu(trouvees, fiche) or trouvees
    if not trouvees:
        raise ValeurRefusee(f"Entreprise inconnue du réseau : {designee}.")
    if len(trouvees) > 1:
        raise ValeurRefusee(f"Plusieurs entreprises du réseau répondent à {designee} : donnez le SIRET.")
    return trouvees[0]


def _de_ce_lieu(connues: Sequence[FicheConnue], fiche: Fiche) -> list[FicheConnue]:
    """Celles de la commune que dit la ligne, sinon de son code postal, sinon d'une ville de ce nom."""
    _, code_postal, ville, commune = lire_lieu(fiche) if connues else ("", "", "", None)
    ville = ville_comparable(ville)

    def en_est(connue: FicheConnue) -> bool:
        if commune and connue.commune:
            return connue.commune == commune
        if code_postal:
            return connue.code_postal == code_postal
        noms = (connue.ville, fiche.referentiel.nom_de_commune(connue.commune or ""))
        return bool(ville) and ville in map(ville_comparable, noms)

    return list(filter(en_est, connues))
