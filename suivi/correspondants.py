"""Vers qui se tourner, d'après l'annuaire des compétences : une personne, toujours sa raison, jamais une note. Sans HTTP.

Qui est absent aujourd'hui laisse sa place à son suppléant ; sans suppléant, à la fiche suivante, et l'on ne le propose, en
disant jusqu'à quand il est absent, que s'il n'y a personne d'autre.
"""

from dataclasses import dataclass, field

from reseau.lib.dates import jour_en_mots
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Absence, FicheCompetence, Membre


@dataclass(frozen=True)
class Correspondant:
    """`pourquoi` : la raison, qui se lit après le nom : « dont la fiche « Finance » dit : … »."""

    membre: Membre
    pourquoi: str
    fiche: FicheCompetence | None = None

    @property
    def phrase(self):
        return f"Proposé d’après l’annuaire : {self.membre} ({self.membre.institution}), {self.pourquoi}."


@dataclass(frozen=True)
class Annuaire:
    """Les fiches en service ce jour-là, avec leurs noms, et les absences en cours (clé de membre → `Absence`)."""

    fiches: list = field(default_factory=list)
    absences: dict = field(default_factory=dict)
    dispositifs: set = field(default_factory=set)
    noms: dict = field(default_factory=dict)


def lire(lecteur, le, noms=None):
    """L'`Annuaire` de ce lecteur, en trois requêtes ; `noms` : {code de territoire: nom}, pour y chercher."""
    fiches = list(FicheCompetence.objects.visibles_par(lecteur).en_service(le).avec_noms())
    absences = Absence.objects.filter(membre__reseau=lecteur.reseau).entre(le, le)
    absences = absences.select_related("membre", "suppleant__institution")
    valent = {dispositif.pk for fiche in fiches for dispositif in fiche.dispositifs.all() if dispositif.vaut(le)}
    return Annuaire(fiches, {absence.membre_id: absence for absence in absences}, valent, noms or {})


def correspondant(annuaire, domaine, lieux, permis):
    """Le `Correspondant` d'un domaine pour une entreprise située en `lieux` (codes), ou None ; `permis` : {clé: Membre}.

    D'abord qui couvre ce territoire nommément, puis qui mobilise un dispositif en vigueur, puis la fiche confirmée le plus
    récemment.
    """
    fiches = [fiche for fiche in annuaire.fiches if fiche.domaine == domaine and (not lieux or fiche.couvre(lieux))]
    fiches.sort(key=lambda fiche: _rang(annuaire, fiche, lieux))
    return _premier(annuaire, fiches, permis)


def chercher(annuaire, texte, *, domaine="", territoire="", dispositif=None):
    """[FicheCompetence] qui répondent à tous les mots (débuts de mots, sans accents) et à tous les choix."""
    mots = cle_de_recherche(texte).split()
    return [
        fiche
        for fiche in annuaire.fiches
        if (not domaine or fiche.domaine == domaine)
        and (not territoire or fiche.couvre([territoire]))
        and (dispositif is None or dispositif in fiche.dispositifs.all())
        and _porte(annuaire, fiche, mots)
    ]


def meilleur(annuaire, fiches, lieux, permis):
    """Le `Correspondant` parmi ces fiches, ou None : la même règle que `correspondant`."""
    return _premier(annuaire, sorted(fiches, key=lambda fiche: _rang(annuaire, fiche, lieux)), permis)


def territoires_en_mots(fiche, noms):
    """« arrondissement de Vesoul, bassin d’emploi de Gray » ; « tout le département » si la fiche vaut partout."""
    return ", ".join(noms[code] for code in fiche.territoires if code in noms) or "tout le département"


def _rang(annuaire, fiche, lieux):
    nomme = bool(lieux) and bool(set(fiche.territoires) & set(lieux))
    mobilise = any(dispositif.pk in annuaire.dispositifs for dispositif in fiche.dispositifs.all())
    return (not nomme, not mobilise, -fiche.confirmee_le.toordinal(), fiche.membre.rang_alphabetique, fiche.pk)


def _premier(annuaire, fiches, permis):
    """La première dont le membre est là, ou son suppléant ; à défaut, le premier absent."""
    absents = []
    for fiche in fiches:
        absence = annuaire.absences.get(fiche.membre_id)
        if absence is None and fiche.membre_id in permis:
            return Correspondant(fiche.membre, _pourquoi(annuaire, fiche), fiche)
        if absence and (suppleant := _suppleant(annuaire, absence, permis)):
            return Correspondant(suppleant, f"qui supplée {fiche.membre}, {_absent(absence)} ; {_dit(fiche)}", fiche)
        if absence and fiche.membre_id in permis:
            absents.append(Correspondant(fiche.membre, f"{_absent(absence)} ; {_dit(fiche)}", fiche))
    return absents[0] if absents else None


def _suppleant(annuaire, absence, permis):
    la = absence.suppleant_id in permis and absence.suppleant_id not in annuaire.absences
    return permis[absence.suppleant_id] if la else None


def _absent(absence):
    return f"{absence.accord} jusqu’au {jour_en_mots(absence.fin_le)}"


def _dit(fiche):
    return f"sa fiche « {fiche.get_domaine_display()} » dit : « {fiche.apport} »"


def _pourquoi(annuaire, fiche):
    """« dont la fiche « Finance » dit : « Monter un prêt » (bassin d'emploi de Vesoul ; Prêt d'équipement) »."""
    lieux = [annuaire.noms[code] for code in fiche.territoires if code in annuaire.noms]
    mobilises = [str(dispositif) for dispositif in fiche.dispositifs.all() if dispositif.pk in annuaire.dispositifs]
    precisions = " ; ".join(filter(None, (", ".join(lieux), ", ".join(mobilises))))
    suite = f" ({precisions})" if precisions else ""
    return f"dont la fiche « {fiche.get_domaine_display()} » dit : « {fiche.apport} »{suite}"


def _porte(annuaire, fiche, mots):
    if not mots:
        return True
    membre = fiche.membre
    textes = [fiche.apport, fiche.get_domaine_display(), str(membre), membre.institution.sigle, membre.institution.nom]
    textes += [str(dispositif) for dispositif in fiche.dispositifs.all()]
    textes += [annuaire.noms.get(code, "") for code in fiche.territoires]
    contenus = cle_de_recherche(" ".join(textes)).split()
    return all(any(contenu.startswith(mot) for contenu in contenus) for mot in mots)
