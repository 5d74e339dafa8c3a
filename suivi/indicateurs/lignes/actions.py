"""Les actions que compte un chiffre."""

from django import forms
from django.db.models import F, Q

from reseau.lib.tableau import Colonne, Valeur
from reseau.models import Institution
from suivi.enums import Nature, Sujet, TypeAction
from suivi.indicateurs.lignes.base import AUCUN, OUI_NON, DesVisites, choisir, designer
from suivi.models import Action


class LignesDActions(DesVisites):
    """Nées des visites du champ. `ailleurs` : confiées à une autre institution que celle du visiteur."""

    titre = "Actions"
    colonnes = (
        Colonne("numero", "N°"),
        Colonne("societe", "Société"),
        Colonne("action", "Action"),
        Colonne("projet", "Projet"),
        Colonne("responsable", "Responsable"),
        Colonne("etat", "État"),
    )

    nature = choisir("Nature du projet", Nature.choices)
    type = choisir("Type d’action", TypeAction.choices)
    sujet = choisir("Sujet", [(AUCUN, "Non précisé"), *Sujet.choices])
    organisme = designer("Organisme", Institution)
    organisme_exterieur = forms.CharField(label="Organisme", required=False, max_length=120)
    porteuse = designer("Confiées à", Institution)
    confiee = choisir("Avec un responsable", OUI_NON)
    ailleurs = choisir("Confiées à une autre institution que celle du visiteur", OUI_NON)
    acceptee = choisir("Acceptées", OUI_NON)
    close = choisir("Closes", OUI_NON)

    def fiches(self):
        champ = self.champ
        actions = Action.objects.visibles_par(self.membre).filter(projet__visite__in=self._visibles(champ.realisees()))
        if champ.au:
            actions = actions.filter(proposee_le__lte=champ.au)
        champs = {"nature": "projet__nature", "type": "type", "sujet": "sujet", "organisme": "organisme"}
        actions = self._selon(actions, **champs, porteuse="responsable__institution")
        actions = self._de_l_organisme_exterieur(actions)
        for nom, condition in self.CONDITIONS.items():
            if reponse := self.cleaned_data[nom]:
                actions = actions.filter(condition if reponse == "oui" else ~condition)
        return actions.avec_noms().order_by("numero")

    CONDITIONS = {
        "confiee": Q(responsable__isnull=False),
        "ailleurs": Q(responsable__isnull=False) & ~Q(responsable__institution=F("projet__visite__developpeur__institution")),
        "acceptee": Q(acceptee_le__isnull=False),
        "close": Q(fin_reelle__isnull=False),
    }

    def _de_l_organisme_exterieur(self, actions):
        nom = self.cleaned_data["organisme_exterieur"]
        if not nom:
            return actions
        return actions.filter(organisme=None, organisme_exterieur="" if nom == AUCUN else nom)

    def ligne(self, action):
        return {
            "numero": Valeur(str(action.numero), adresse=action.get_absolute_url()),
            "societe": str(action.projet.visite.entreprise),
            "action": action.libelle,
            "projet": action.projet.titre,
            "responsable": action.responsable.nom_alphabetique if action.responsable else "",
            "etat": action.get_etat_display(),
        }
