"""Relancer après une lettre restée sans rendez-vous : qui appeler, et où en est la lettre de relance. Sans HTTP."""

from dataclasses import dataclass

from entreprises.models import Contact
from visites.enums import GenreCourrier
from visites.models import Courrier, Visite


@dataclass(frozen=True)
class Relance:
    """Une visite à relancer : à qui parler, sa relance si elle est déjà ouverte, ce qui interdit d'écrire (vide si rien)."""

    visite: Visite
    dirigeant: Contact | None
    lettre: Courrier | None
    sollicitable: bool

    @property
    def telephone(self):
        return (self.dirigeant.telephone if self.dirigeant else "") or self.visite.entreprise.telephone

    @property
    def courriel(self):
        return (self.dirigeant.courriel if self.dirigeant else "") or self.visite.entreprise.courriel


def relances(visites, membre, *, le):
    """La `Relance` de chacune de ces visites (une liste), en deux requêtes."""
    dirigeants = Contact.objects.filter(entreprise__in=[visite.entreprise_id for visite in visites], dirigeant=True)
    contacts = {contact.entreprise_id: contact for contact in dirigeants}
    lettres = Courrier.objects.visibles_par(membre).filter(visite__in=visites, genre=GenreCourrier.RELANCE).vivants()
    ouvertes = {lettre.visite_id: lettre for lettre in lettres.filter(envoye_le=None).defer("contenu")}
    return [
        Relance(
            visite,
            contacts.get(visite.entreprise_id),
            ouvertes.get(visite.pk),
            visite.entreprise.diffusible and visite.entreprise.sollicitable(le),
        )
        for visite in visites
    ]
