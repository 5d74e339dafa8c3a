"""Retrouver une personne partout dans un réseau : ses fiches, les textes qui la citent, les papiers qui la nomment.

La recherche, l'export et l'effacement lisent tous ceci : ce que l'on montre est ce que l'on efface.
"""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from django.db.models import Q

from entreprises.models import Contact, Entreprise
from reseau.lib.identite import AILLEURS, Certitude, Contexte, Identite, decoder, ensembles, textes_de
from reseau.lib.personnel import LUS, Sort
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Absence, FicheCompetence, Membre, Pli, Reseau, Utilisateur
from suivi.models import DemandeDeDroit, Evaluation
from suivi.personnel import TOUS, champs_de, chemins, modeles_portant, parmi
from visites.models import EnvoiDeLettre

PAQUET = 2_000
COORDONNEES = ("nom", "prenom", "courriel", "telephone")
# Leurs adresses ne sont pas toutes d'une même personne ; le champ nommé est celle du destinataire.
A_PLUSIEURS = {Pli: "destinataire", EnvoiDeLettre: "courriel"}
FICHES = {Sort.IDENTITE, Sort.SIEN}  # ce qui fait d'une ligne la fiche de quelqu'un


@dataclass(frozen=True)
class Personne:
    """Qui l'on cherche dans ce réseau, et ce qu'on en sait déjà. `entreprises`, `homonymes` : des clés d'`Entreprise`."""

    reseau: Reseau
    identite: Identite
    contacts: tuple[int, ...] = ()
    membres: tuple[int, ...] = ()
    entreprises: frozenset[int] = frozenset()
    homonymes: frozenset[int] = frozenset()
    evaluations: frozenset[int] = frozenset()
    possibles: frozenset[tuple] = frozenset()

    def contexte(self, entreprise):
        """Celui d'un texte qui parle de cette entreprise (clé, ou None)."""
        return Contexte(entreprise in self.entreprises, entreprise in self.homonymes) if entreprise else AILLEURS


@dataclass(frozen=True)
class Passage:
    """Un champ d'une ligne qui parle d'elle. `valeur` : telle qu'en base ; `entier` : tout ce champ est à elle."""

    modele: Any
    pk: int
    champ: str
    valeur: Any
    certitude: Certitude
    entreprise: int | None = None
    entier: bool = False

    @property
    def cle(self):
        """Ce qui le nomme dans un formulaire ; une fiche se tranche d'un coup, champs réunis."""
        return f"{self.modele._meta.label_lower}-{self.pk}" + ("" if self.entier else f"-{self.champ}")

    @property
    def genre(self):
        return genre_de(self.modele)

    @property
    def resume(self):
        return " / ".join(self.textes)

    @property
    def sort(self):
        return TOUS[self.modele._meta.label_lower][self.champ]

    @cached_property
    def textes(self):
        return lire(self.sort, self.valeur)

    @property
    def sure(self):
        return self.certitude is Certitude.SURE


@dataclass
class Trouvailles:
    """Ses fiches (champs qui ne parlent que d'elle), puis les textes qui la citent, sûrs d'abord."""

    fiches: list[Passage] = field(default_factory=list)
    textes: list[Passage] = field(default_factory=list)

    @property
    def passages(self):
        return [*self.fiches, *self.textes]

    @property
    def lignes(self):
        """{(modèle, clé)} des lignes qui sont ses fiches."""
        return {(passage.modele, passage.pk) for passage in self.fiches}


def genre_de(modele):
    """« Compte rendu » : le nom français d'un modèle, avec sa majuscule."""
    nom = str(modele._meta.verbose_name)
    return nom[0].upper() + nom[1:]


def retrouver(reseau, identite):
    """La `Personne` de ce réseau que cette identité désigne, avec ses fiches de contact et de membre."""
    # Tous se lisent : l'index de recherche, borné en longueur, pourrait taire le quarantième contact d'une entreprise.
    tous = Contact.objects.filter(entreprise__reseau=reseau).order_by("pk").only(*COORDONNEES, "civilite", "entreprise")
    fiches = chain(tous.iterator(PAQUET), Membre.objects.filter(reseau=reseau).select_related("utilisateur").order_by("pk"))
    lus = [(fiche, lue) for fiche in fiches if (lue := _est(identite, fiche))]
    contacts, membres = (
        [fiche for fiche, lue in lus if lue is Certitude.SURE and isinstance(fiche, genre)] for genre in (Contact, Membre)
    )
    possibles = frozenset((type(fiche), fiche.pk) for fiche, lue in lus if lue is Certitude.POSSIBLE)
    identite = _completer(identite, [*contacts, *membres])
    entreprises = {contact.entreprise_id for contact in contacts}
    cles = [contact.pk for contact in contacts]
    autres = Contact.objects.filter(entreprise__in=entreprises).exclude(pk__in=cles)
    memes = cle_de_recherche(identite.nom)
    homonymes = {contact.entreprise_id for contact in autres if cle_de_recherche(contact.nom) == memes}
    siennes = Evaluation.objects.filter(visite__compte_rendu__vu__in=cles).values_list("pk", flat=True)
    return Personne(
        reseau,
        identite,
        tuple(cles),
        tuple(membre.pk for membre in membres),
        frozenset(entreprises),
        frozenset(homonymes),
        frozenset(siennes),
        possibles,
    )


def chercher(personne):
    """Les `Trouvailles` : tout ce que ce réseau garde d'elle, champ par champ. Lit chaque texte libre du réseau une fois."""
    trouvailles = Trouvailles()
    for modele in modeles_portant(*LUS):
        if modele is not DemandeDeDroit:
            for passage in _Lecture(modele, personne).passages():
                (trouvailles.fiches if passage.entier else trouvailles.textes).append(passage)
    trouvailles.textes.sort(key=lambda passage: -passage.certitude)
    return trouvailles


def lire(sort, valeur):
    """Les textes d'une valeur en base : JSON, formulaire encodé, ou texte."""
    if sort is Sort.ENCODE:
        return [texte for _, texte in decoder(valeur)]
    return [texte for texte in textes_de(valeur) if texte]


class _Lecture:
    """Un modèle lu ligne à ligne : ses champs, et les lignes qui prolongent une fiche de la personne."""

    def __init__(self, modele, personne):
        self.modele, self.personne = modele, personne
        self.identite = champs_de(modele, Sort.IDENTITE)
        self.fiche = champs_de(modele, *FICHES)
        self.reste = champs_de(modele, *(LUS - FICHES))
        self.vers_elle = ["pk"] if modele is Entreprise else chemins(modele, Entreprise)
        self.siennes = _siennes(modele, personne) if self.fiche else frozenset()

    def passages(self):
        """Les `Passage` du modèle, ceux de ses fiches d'abord marqués `entier`."""
        noms = [*self.vers_elle, *self.fiche, *self.reste]
        for pk, *lus in _lignes(self.modele, self.personne).values_list("pk", *noms).order_by("pk").iterator(PAQUET):
            entreprises, valeurs = lus[: len(self.vers_elle)], dict(zip(noms, lus, strict=True))
            contexte, entreprise = _contexte(self.personne, entreprises)
            certitude = self._est_a_elle(pk, valeurs, contexte)
            if certitude:
                gardes = [champ for champ in self.fiche if valeurs[champ] and self._sien(champ, valeurs[champ])]
                gardes += self.reste if self._lui_est_adresse(valeurs) else []
                yield from (self._passage(pk, champ, valeurs, certitude, entreprise, entier=True) for champ in gardes)
                if self._lui_est_adresse(valeurs):
                    continue
            for champ in self.reste:
                if lu := self._reconnue(champ, valeurs[champ], contexte):
                    yield self._passage(pk, champ, valeurs, lu, entreprise)

    def _passage(self, pk, champ, valeurs, certitude, entreprise, **encore):
        return Passage(self.modele, pk, champ, valeurs[champ], certitude, entreprise, **encore)

    def _lui_est_adresse(self, valeurs):
        """D'un courriel parti vers elle, tout lui revient."""
        principal = A_PLUSIEURS.get(self.modele)
        return bool(principal) and self._sien(principal, valeurs[principal])

    def _sien(self, champ, valeur):
        """D'un courriel à plusieurs, sa seule adresse."""
        return self.modele not in A_PLUSIEURS or bool(self._reconnue(champ, valeur, AILLEURS))

    def _est_a_elle(self, pk, valeurs, contexte):
        """Par sa clé, par la fiche qu'elle prolonge, ou par ce qui la nomme."""
        if pk in self.siennes:
            return Certitude.SURE
        if not self.fiche or self.modele in (Contact, Membre):
            return Certitude.POSSIBLE if (self.modele, pk) in self.personne.possibles else Certitude.NON
        nommee = " ".join(texte for champ in self.identite for texte in textes_de(valeurs[champ]))
        if nommee.strip():
            return self.personne.identite.reconnue(nommee, contexte)
        ecrit = any(valeurs[champ] for champ in self.fiche)
        return Certitude.POSSIBLE if ecrit and contexte.chez_elle else Certitude.NON

    def _reconnue(self, champ, valeur, contexte):
        """Au plus « possible » pour le nom d'une entreprise : ce n'est pas forcément celui de la personne."""
        sort = TOUS[self.modele._meta.label_lower][champ]
        textes = ensembles(valeur) if isinstance(valeur, dict | list) else lire(sort, valeur)
        lues = (self.personne.identite.reconnue(texte, contexte) for texte in textes if texte)
        certitude = max(lues, default=Certitude.NON)
        return min(certitude, Certitude.POSSIBLE) if sort is Sort.ENSEIGNE else certitude


def _siennes(modele, personne):
    """Les clés des lignes qui sont ses fiches, ou les prolongent : place au panel, avis, absences, compétences, compte."""
    if modele is Evaluation:
        return personne.evaluations
    condition = parmi(modele, Contact, personne.contacts)
    if modele in (Absence, FicheCompetence):
        condition |= Q(membre__in=personne.membres)
    if modele is Membre:
        condition |= Q(pk__in=personne.membres)
    if modele is Utilisateur:
        condition |= Q(appartenances__in=personne.membres)
    return frozenset(modele._base_manager.filter(condition).values_list("pk", flat=True))


def _lignes(modele, personne):
    """Celles du réseau ; des comptes, ceux de ses membres ; des entreprises, celles que leur index de recherche désigne."""
    objets = modele._base_manager.all()
    if modele in (Contact, Membre):  # ils sont déjà lus
        retrouvees = personne.contacts if modele is Contact else personne.membres
        return objets.filter(pk__in=[*retrouvees, *(pk for autre, pk in personne.possibles if autre is modele)])
    if modele is Entreprise:
        return objets.filter(_fiche_possible(personne), reseau=personne.reseau)
    if chemins(modele, Reseau) or modele is Reseau:
        return objets.filter(parmi(modele, Reseau, [personne.reseau.pk]))
    utilisateurs = Membre.objects.filter(reseau=personne.reseau).values("utilisateur")
    compte = "pk" if modele is Utilisateur else "utilisateur"
    return objets.filter(**{f"{compte}__in": utilisateurs})


def _fiche_possible(personne):
    """Celles dont un texte pourrait la nommer : la base les choisit, le reste les lit."""
    identite = personne.identite
    condition = Q(pk__in=personne.entreprises) | ~Q(ne_plus_solliciter_motif="") | ~Q(complement="")
    if mots := cle_de_recherche(identite.nom).split():
        condition |= Q(*(Q(recherche__contains=mot) for mot in mots)) | Q(adresse__icontains=mots[0])
    for courriel in identite.courriels:
        condition |= Q(courriel__iexact=courriel) | Q(site__icontains=courriel)
    for telephone in identite.telephones:
        condition |= Q(telephone__endswith=telephone[-2:])
    return condition


def _contexte(personne, entreprises):
    """Le plus parlant des contextes des entreprises que cette ligne désigne, et l'entreprise."""
    for entreprise in entreprises:
        if entreprise in personne.entreprises:
            return personne.contexte(entreprise), entreprise
    return AILLEURS, next((entreprise for entreprise in entreprises if entreprise), None)


def _est(identite, fiche):
    courriel = fiche.utilisateur.email if isinstance(fiche, Membre) else fiche.courriel
    return identite.est(nom=fiche.nom, prenom=fiche.prenom, courriel=courriel, telephone=fiche.telephone)


def _completer(identite, fiches):
    """L'identité, avec ce que ses fiches en disent de plus : prénom, civilité, adresses, numéros."""
    courriels, telephones = set(identite.courriels), list(identite.telephones)
    for fiche in fiches:
        courriels.add(fiche.utilisateur.email if isinstance(fiche, Membre) else fiche.courriel)
        telephones.append(fiche.telephone)
    premiere = fiches[0] if fiches else None
    return Identite.de(
        nom=identite.nom or (premiere.nom if premiere else ""),
        prenom=identite.prenom or (premiere.prenom if premiere else ""),
        civilite=identite.civilite or (premiere.civilite if premiere else ""),
        courriels=courriels,
        telephones=telephones,
    )
