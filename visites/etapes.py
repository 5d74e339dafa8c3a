"""Où en est une visite, ce qui vient ensuite, et les gestes permis à qui la regarde."""

from dataclasses import dataclass
from typing import NamedTuple

from reseau.droits import NON, autorise, portee
from reseau.enums import Qualite
from visites.enums import EtatCourrier, EtatVisite

ETAPES = [
    "À confier à un développeur",
    "Lettre du préfet",
    "Rendez-vous à prendre",
    "Visite",
    "Compte rendu",
    "Restitution en réunion",
]
SUR_LA_LETTRE = {
    EtatCourrier.BROUILLON: "Relire la lettre",
    EtatCourrier.A_SIGNER: "Signer la lettre",
    EtatCourrier.SIGNEE: "Imprimer et envoyer la lettre",
}


@dataclass(frozen=True)
class Parcours:
    """Le rang (à partir de 1) de l'étape en cours, et ce qui s'écrit autour."""

    rang: int
    titre: str
    suivante: str
    total: int = len(ETAPES)


class Bouton(NamedTuple):
    """Un geste offert : son libellé, son adresse (nom et numéro), et s'il s'envoie d'un clic."""

    libelle: str
    nom: str
    numero: int
    envoi: bool = False


class Fait(NamedTuple):
    """Une ligne de l'historique."""

    le: object
    phrase: str


def parcours(visite, compte_rendu):
    """Le `Parcours` d'une visite qui suit son cours, ou None si elle en est sortie (refus, annulation…)."""
    rangs = {
        EtatVisite.A_PROGRAMMER: 1,
        EtatVisite.PROGRAMMEE: 2 if visite.entreprise.diffusible else 3,
        EtatVisite.ANNONCEE: 3,
        EtatVisite.RENDEZ_VOUS_PRIS: 4,
        EtatVisite.REALISEE: 6 if compte_rendu and compte_rendu.termine else 5,
        EtatVisite.RESTITUEE: len(ETAPES),
    }
    rang = rangs.get(visite.etat)
    if rang is None:
        return None
    suivante = ETAPES[rang] if rang < len(ETAPES) else ""
    return Parcours(rang, "Visite restituée" if visite.etat == EtatVisite.RESTITUEE else ETAPES[rang - 1], suivante)


def gestes(visite, membre, courrier, compte_rendu):
    """Les `Bouton` permis, le premier étant la prochaine étape ; vide si rien n'est à faire par ce membre."""
    droits = _Droits(membre, visite, courrier, compte_rendu)
    if visite.etat == EtatVisite.A_PROGRAMMER:
        suite = [*droits.confier("Confier à un développeur"), *droits.prendre(), *droits.sortir()]
    elif visite.etat == EtatVisite.RENDEZ_VOUS_PRIS:
        suite = [*droits.rendre_compte(), *droits.rendez_vous("Reporter le rendez-vous"), *droits.realiser(), *droits.lettre()]
        suite += droits.laisser()
    elif visite.confiee:
        suite = [*droits.lettre(), *droits.rendez_vous("Noter le rendez-vous"), *droits.rendre_compte(), *droits.realiser()]
        suite += droits.laisser()
    elif visite.faite:
        suite = [*droits.rendre_compte(), *droits.lire_le_compte_rendu(), *droits.recueillir_l_avis()]
    else:
        suite = droits.reprogrammer()
    return suite


def historique(visite, courrier):
    """Les faits datés de la visite, du plus ancien au plus récent : jamais ce qui s'y est dit."""
    origine = visite.get_origine_display()[0].lower() + visite.get_origine_display()[1:]
    faits = [
        Fait(visite.creee_le, f"Inscrite dans la liste ({origine})"),
        Fait(visite.programmee_le, f"Confiée à {visite.developpeur}"),
        Fait(visite.realisee_le, "Visite réalisée"),
        Fait(visite.restituee_le, "Restituée en réunion"),
        Fait(visite.refusee_le, f"Refus : {visite.get_motif_refus_display().lower()}"),
        Fait(visite.injoignable_le, "Entreprise injoignable"),
        Fait(visite.annulee_le, "Visite annulée"),
    ]
    if courrier:
        faits[2:2] = [
            Fait(courrier.prepare_le, "Lettre préparée"),
            Fait(courrier.soumis_le, "Lettre mise à la signature"),
            Fait(courrier.signe_le, f"Lettre signée, n° {courrier.reference}"),
            Fait(courrier.envoye_le, "Lettre envoyée"),
        ]
    return sorted((fait for fait in faits if fait.le), key=lambda fait: fait.le)


class _Droits:
    """Ce que ce membre peut sur cette visite ; chaque méthode rend zéro ou plusieurs boutons."""

    def __init__(self, membre, visite, courrier, compte_rendu):
        self.membre, self.visite, self.courrier, self.compte_rendu = membre, visite, courrier, compte_rendu
        self.programme = autorise(membre, "visites.programmer")
        self.conduit = autorise(membre, "visites.conduire", visite.developpeur)
        self.redige = autorise(membre, "comptes_rendus.rediger", visite.developpeur)
        self.lit = autorise(membre, "comptes_rendus.lire", visite.developpeur, visite.accompagnant)

    def confier(self, libelle):
        return [self._bouton(libelle, "visites:affecter")] if self.programme else []

    def prendre(self):
        permis = portee(self.membre, "visites.prendre") is not NON and self.membre.qualite == Qualite.DIRECT
        return [self._bouton("Prendre cette entreprise", "visites:prendre", envoi=True)] if permis else []

    def lettre(self):
        """La lettre encore à faire partir, pour qui peut la faire avancer."""
        if self.courrier is None:
            permis = autorise(self.membre, "courriers.preparer", self.visite.developpeur)
            utile = self.visite.etat == EtatVisite.PROGRAMMEE and self.visite.entreprise.diffusible
            preparer = self._bouton("Préparer la lettre", "visites:courrier-preparer", envoi=True)
            return [preparer] if permis and utile else []
        droit = "courriers.signer" if self.courrier.etat == EtatCourrier.A_SIGNER else "courriers.imprimer"
        if self.courrier.etat not in SUR_LA_LETTRE or not autorise(self.membre, droit):
            return []
        return [Bouton(SUR_LA_LETTRE[self.courrier.etat], "visites:courrier", self.courrier.pk)]

    def rendez_vous(self, libelle):
        return [self._bouton(libelle, "visites:rendez-vous")] if self.conduit else []

    def realiser(self):
        return [self._bouton("La visite a eu lieu", "visites:realiser")] if self.conduit else []

    def rendre_compte(self):
        if not self.redige or (self.compte_rendu and self.compte_rendu.termine):
            return []
        return [self._bouton("Continuer le compte rendu" if self.compte_rendu else "Rendre compte", "suivi:compte-rendu")]

    def lire_le_compte_rendu(self):
        lisible = self.lit and self.compte_rendu and self.compte_rendu.termine
        return [self._bouton("Lire le compte rendu", "suivi:compte-rendu-lire")] if lisible else []

    def recueillir_l_avis(self):
        """Une fois le compte rendu terminé : le questionnaire si le réseau le propose, sinon l'entretien."""
        permis = autorise(self.membre, "evaluations.saisir", self.visite.developpeur, self.visite.accompagnant)
        if not permis or not (self.compte_rendu and self.compte_rendu.termine):
            return []
        nom = "suivi:evaluation-demander" if self.membre.reseau.evaluation else "suivi:evaluation-entretien"
        return [self._bouton("Recueillir son avis", nom)]

    def laisser(self):
        """Changer de mains, ou sortir."""
        rendre = [self._bouton("Rendre à la liste", "visites:rendre")] if self.conduit else []
        return [*self.confier("Changer de développeur"), *rendre, *self.sortir()]

    def sortir(self):
        issues = [("Noter un refus", "visites:refuser"), ("Entreprise injoignable", "visites:injoignable")]
        sorties = [self._bouton(libelle, nom) for libelle, nom in issues if self.conduit]
        return sorties + ([self._bouton("Annuler la visite", "visites:annuler")] if self.programme else [])

    def reprogrammer(self):
        nouvelle = Bouton("Programmer une nouvelle visite", "visites:proposer", self.visite.entreprise_id)
        return [nouvelle] if self.programme else []

    def _bouton(self, libelle, nom, *, envoi=False):
        return Bouton(libelle, nom, self.visite.pk, envoi)
