"""Reconnaître les colonnes par leur nom : stock SIRENE des établissements (2019 à 2026), et tableurs ordinaires."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from entreprises.lecture.nettoyage import cle, nettoyer
from entreprises.lecture.refus import COLONNES_MAX, FichierRefuse

# Par champ, les en-têtes reconnus, réduits à leur clé (minuscules et chiffres), du plus sûr au plus vague : si
# plusieurs colonnes conviennent, la première non vide de la ligne est retenue. Une colonne peut servir deux champs.
SYNONYMES = {
    "siret": "siret nsiret nosiret numsiret numerosiret numerodesiret codesiret siretetablissement "
    "siretdeletablissement nsiretetablissement nsiretdeletablissement siretentreprise nsiretentreprise dcsiretetablissement",
    "siren": "siren nsiren nosiren numsiren numerosiren numerodesiren codesiren sirenentreprise nsirenentreprise "
    "sirenunitelegale sirenetablissement",
    "nic": "nic nnic nonic numnic numeronic numerodenic codenic nicetablissement nicdeletablissement",
    "raison_sociale": "raisonsociale denominationunitelegale denominationsociale denomination denom "
    "denominationusuelleetablissement raisonsocialeentreprise raisonsocialeetablissement dcraisonsocialeentreprise "
    "nomraisonsociale raisonsocialenom raisonsocialeounom nomouraisonsociale nomentreprise "
    "nomdelentreprise nomsociete nomdelasociete nometablissement "
    "nomdeletablissement entreprise societe etablissement enseigne1etablissement denominationusuelle1unitelegale "
    "sigleunitelegale",
    "enseigne": "enseigne enseigne1etablissement enseigne1 nomcommercial enseigneetablissement dcenseigne "
    "enseigne2etablissement denominationusuelleetablissement",
    "naf": "naf codenaf nafrev2 codenafrev2 ape codeape nafape apenaf codenafape codeapenaf nafouape codeactivite "
    "activiteprincipaleetablissement activiteprincipale dcnafrev2id activiteprincipaleunitelegale",
    "naf_2025": "naf2025 codenaf2025 naf25 codenaf25 ape2025 activiteprincipalenaf25etablissement",
    "nomenclature": "nomenclatureactiviteprincipaleetablissement",
    "tranche_effectif": "trancheeffectifsetablissement trancheeffectif trancheeffectifs tranchedeffectif "
    "tranchedeffectifs trancheeffectifsalarie codetrancheeffectif tranche tranchedesalaries dctrancheeffectifid",
    "effectif": "effectif effectifs effectifsalarie effectiftotal effectifreel nbsalaries nbresalaries nbdesalaries "
    "nombresalaries nombredesalaries salaries dneffectifreelentreprise",
    "adresse": "adresse adresse1 adressepostale adressecomplete adresseligne1 adresseetablissement voie rue "
    "libellevoie nomvoie nomdelavoie libellerue libellevoieetablissement dclibnomrue",
    "numero_voie": "numerovoieetablissement numerovoie numerodevoie numvoie nvoie novoie numerorue nrue dcnumerodansvoie",
    "repetition": "indicerepetitionetablissement indicerepetition bister",
    "dernier_numero": "derniernumerovoieetablissement",
    "derniere_repetition": "indicerepetitionderniernumerovoieetablissement",
    "type_voie": "typevoieetablissement typevoie typedevoie naturevoie",
    "complement": "complementadresseetablissement complement complementadresse complementdadresse adresse2 "
    "adresseligne2 batiment lieudit",
    "distribution": "distributionspecialeetablissement distributionspeciale boitepostale bp",
    "code_postal": "codepostal cp codepostaletablissement codpostal dccodepostal",
    "code_commune": "codecommuneetablissement codecommune codeinsee codeinseecommune codecommuneinsee insee "
    "inseecommune communeinsee codgeo codegeo dccommuneetablissementid",
    "ville": "libellecommuneetablissement commune ville villecommune communedimplantation localite nomcommune "
    "libellecommune nomdelacommune nomville "
    "libellecommuneetrangeretablissement",
    "telephone": "telephone tel telephone1 tel1 telephonefixe telfixe fixe numerotelephone numerodetelephone "
    "ntelephone ntel dcnumerotelephone1 dctelephonecorrespondant telephoneportable portable "
    "telportable mobile telmobile",
    "courriel": "courriel email mail mel adressemail adresseemail adressecourriel adresseelectronique emailentreprise "
    "mailentreprise emailcontact mailcontact courrielcontact dcemaillbb",
    "site": "site siteweb siteinternet sitewww url web internet dcsitewebetablissement1 dcsitewebetablissement2 dcurlentreprise",
    "dirigeant_civilite": "civilite civilitedirigeant civilitedudirigeant civ sexeunitelegale",
    "dirigeant_nom": "nomdirigeant nomdudirigeant dirigeant nomprenomdirigeant gerant nomgerant nomdugerant "
    "chefdentreprise nomcontact contact interlocuteur nomusageunitelegale nomunitelegale",
    "dirigeant_prenom": "prenomdirigeant prenomdudirigeant prenomgerant prenomcontact prenom prenomusuelunitelegale "
    "prenom1unitelegale",
    "dirigeant_fonction": "fonction fonctiondirigeant fonctiondudirigeant fonctioncontact qualite qualitedirigeant "
    "qualitedudirigeant poste",
    "filiere": "filiere filieres",
    "ne_plus_solliciter_jusqu_au": "neplussolliciterjusquau neplussolliciter neplussolliciteravant nepassolliciterjusquau",
    "etiquettes": "etiquettes etiquette",
    "etat": "etatadministratifetablissement etatadministratif etat",
    "diffusion": "statutdiffusionetablissement statutdiffusion",
}
COMPOSENT_LE_SIRET = ("siren", "nic")
PROPRES_A_SIRENE = {"statutdiffusionetablissement", "etatadministratifetablissement", "activiteprincipaleetablissement"}
MILLESIME = re.compile(r"(?:19|20)\d\d$")  # « Effectif 2024 »


@dataclass(frozen=True)
class Jeu:
    """Les champs que l'on cherche dans un genre de fichier.

    `synonymes` : voir `SYNONYMES` ; `indispensables` : (champs dont un suffit, en mots) ; `quoi` : ce que doit être le
    fichier ; `exemple` : un en-tête possible.
    """

    nom: str
    quoi: str
    synonymes: Mapping[str, str]
    indispensables: tuple[tuple[tuple[str, ...], str], ...]
    exemple: str

    @cached_property
    def rangs(self) -> dict[str, list[tuple[str, int]]]:
        """En-tête réduit à sa clé → les (champ, rang) qu'il peut porter."""
        rangs: dict[str, list[tuple[str, int]]] = {}
        for champ, noms in self.synonymes.items():
            for rang, nom in enumerate(noms.split()):
                rangs.setdefault(nom, []).append((champ, rang))
        return rangs

    @property
    def exige_un_siret(self) -> bool:
        """Vrai si rien ne remplace le SIRET."""
        return any(champs == ("siret",) for champs, _ in self.indispensables)


ENTREPRISES = Jeu(
    nom="entreprises",
    quoi="une liste d’entreprises",
    synonymes=SYNONYMES,
    indispensables=((("siret",), "SIRET"), (("raison_sociale",), "raison sociale")),
    exemple="« SIRET », « Raison sociale », « Code postal », « Commune »",
)


@dataclass(frozen=True)
class Entete:
    """Une rangée d'en-têtes : son numéro dans le fichier, ses noms, et par champ les colonnes qui le portent."""

    ligne: int
    entetes: tuple[str, ...] = ()
    colonnes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    jeu: Jeu = ENTREPRISES

    @property
    def poids(self) -> tuple[int, int]:
        """(colonnes indispensables présentes, champs reconnus) : l'en-tête est la rangée qui pèse le plus."""
        return len(self.jeu.indispensables) - len(manquantes(self)), len(self.colonnes)

    @property
    def format(self) -> str:
        """« sirene » pour un extrait du stock de l'Insee, « tableur » sinon."""
        sirene = self.jeu is ENTREPRISES and PROPRES_A_SIRENE.intersection(map(cle, self.entetes))
        return "sirene" if sirene else "tableur"


def chercher_entete(rangees: Sequence[tuple[int, list[str]]], jeu: Jeu = ENTREPRISES) -> Entete:
    """La rangée qui ressemble le plus à un en-tête parmi (numéro, cellules) ; `colonnes` vide si aucune."""
    candidats = [reconnaitre(numero, cellules, jeu) for numero, cellules in rangees]
    return max(candidats, key=lambda entete: entete.poids, default=Entete(0, jeu=jeu))


def reconnaitre(numero: int, cellules: Sequence[str], jeu: Jeu = ENTREPRISES) -> Entete:
    """Lit une rangée comme si c'était l'en-tête ; ne lève rien."""
    entetes = [nettoyer(cellule) for cellule in cellules[: COLONNES_MAX + 1]]
    while entetes and not entetes[-1]:
        entetes.pop()
    trouvees: dict[str, list[tuple[int, int]]] = {}
    for indice, nom in enumerate(map(cle, entetes)):
        for champ, rang in _champs(nom, jeu):
            trouvees.setdefault(champ, []).append((rang, indice))
    colonnes = {champ: tuple(indice for _, indice in sorted(rangs)) for champ, rangs in trouvees.items()}
    if jeu is ENTREPRISES:
        _placer_le_nom(colonnes, entetes)
        _garder_de_quoi_composer(colonnes)
    return Entete(numero, tuple(entetes), colonnes, jeu)


def _champs(nom: str, jeu: Jeu) -> list[tuple[str, int]]:
    return jeu.rangs.get(nom) or jeu.rangs.get(MILLESIME.sub("", nom), [])


def _placer_le_nom(colonnes: dict[str, tuple[int, ...]], entetes: list[str]) -> None:
    """« Nom » seul est celui de l'entreprise, sauf si une autre colonne le donne déjà : alors c'est le dirigeant."""
    noms = tuple(indice for indice, nom in enumerate(map(cle, entetes)) if nom == "nom")
    if noms:
        champ = "dirigeant_nom" if "raison_sociale" in colonnes else "raison_sociale"
        colonnes[champ] = colonnes.get(champ, ()) + noms


def _garder_de_quoi_composer(colonnes: dict[str, tuple[int, ...]]) -> None:
    """SIREN et NIC ne servent qu'ensemble, et si aucune colonne ne donne le SIRET entier."""
    if "siret" in colonnes or not porte_le_siret(colonnes):
        for champ in COMPOSENT_LE_SIRET:
            colonnes.pop(champ, None)


def entete_probable(rangees: Sequence[tuple[int, list[str]]], jeu: Jeu = ENTREPRISES) -> Entete:
    """Faute d'en-tête reconnu, la première des rangées les plus remplies, si elle ne porte que des mots ; sinon vide."""
    candidats = [reconnaitre(numero, cellules, jeu) for numero, cellules in rangees]
    entete = max(candidats, key=lambda candidat: sum(map(bool, candidat.entetes)), default=Entete(0, jeu=jeu))
    en_mots = [nom for nom in entete.entetes if any(map(str.isalpha, nom))]
    return entete if len(en_mots) > 1 and len(en_mots) == sum(map(bool, entete.entetes)) else Entete(0, jeu=jeu)


def porte_le_siret(colonnes: Mapping[str, tuple[int, ...]]) -> bool:
    """Une colonne le donne, ou deux : le SIREN et le NIC."""
    return bool(colonnes.get("siret")) or all(map(colonnes.get, COMPOSENT_LE_SIRET))


def manquantes(entete: Entete) -> list[str]:
    """Les champs indispensables que rien ne porte, en mots."""
    portes = {champ for champ, rangs in entete.colonnes.items() if rangs}
    portes |= {"siret"} if porte_le_siret(entete.colonnes) else set()
    return [mots for champs, mots in entete.jeu.indispensables if portes.isdisjoint(champs)]


def exiger_les_indispensables(entete: Entete) -> None:
    """Lève `FichierRefuse` si un champ indispensable n'a pas de colonne."""
    if absents := manquantes(entete):
        raise FichierRefuse(
            f"Il manque une colonne indispensable : {' et '.join(absents)}. "
            f"Colonnes lues : {', '.join(nom for nom in entete.entetes if nom)[:300]}."
        )


def verifier_entete(entete: Entete) -> None:
    """Lève `FichierRefuse` si l'en-tête manque, est incomplet, en double ou démesuré."""
    exiger_une_largeur(entete)
    cles = [cle(nom) for nom in entete.entetes]
    if entete.jeu.exige_un_siret and not porte_le_siret(entete.colonnes):
        _refuser_sans_siret(entete, cles)
    if "siret" not in entete.colonnes and len(entete.colonnes) < 2:
        raise FichierRefuse(
            f"L’en-tête est introuvable : la première ligne doit nommer les colonnes, par exemple {entete.jeu.exemple}."
        )
    exiger_les_indispensables(entete)
    _refuser_doubles(entete, cles)


def _refuser_sans_siret(entete: Entete, cles: list[str]) -> None:
    """Lève `FichierRefuse` si le fichier désigne des entreprises entières, pas des établissements."""
    if any(nom.endswith("unitelegale") for nom in cles):
        raise FichierRefuse(
            "Ce fichier décrit des unités légales, pas des établissements : il n’a pas de SIRET. "
            "Prenez le fichier « StockEtablissement » de l’Insee, ou un extrait qui donne le SIRET."
        )
    if "siren" in cles:
        raise FichierRefuse(
            "Ce fichier donne le SIREN, qui désigne l’entreprise entière, et pas le SIRET : il faut les 14 chiffres de "
            "chaque établissement, ou leurs 5 derniers (le NIC) dans une colonne à part."
        )


def exiger_une_largeur(entete: Entete) -> None:
    """Lève `FichierRefuse` si l'en-tête est démesuré."""
    if len(entete.entetes) > COLONNES_MAX:
        raise FichierRefuse(f"Ce fichier a plus de {COLONNES_MAX} colonnes : ne gardez que les colonnes utiles.")


def _refuser_doubles(entete: Entete, cles: list[str]) -> None:
    utiles = {indice for indices in entete.colonnes.values() for indice in indices}
    for indice in sorted(utiles):
        if cles[indice] in cles[:indice]:
            raise FichierRefuse(
                f"La colonne « {entete.entetes[indice]} » apparaît deux fois dans l’en-tête : "
                "renommez ou supprimez l’une des deux."
            )
