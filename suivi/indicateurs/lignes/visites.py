"""Les visites que compte un chiffre."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q

from reseau.lib.tableau import Colonne, Valeur
from reseau.models import Membre
from suivi.indicateurs.lignes.base import DesVisites, choisir, designer
from suivi.models import Action, LettreDeSuites
from suivi.suites import DELAI_JOURS
from visites.enums import MotifRefus
from visites.models import Visite


class LignesDeVisites(DesVisites):
    titre = "Visites"
    colonnes = (
        Colonne("entreprise", "Entreprise"),
        Colonne("commune", "Commune"),
        Colonne("developpeur", "Développeur"),
        Colonne("etat", "État"),
        Colonne("le", "Date", "date"),
    )
    ETATS = [
        ("realisees", "Réalisées ou restituées"),
        ("refusees", "Refusées"),
        ("injoignables", "Injoignables"),
        ("sorties", "Réalisées ou refusées"),
        ("programmees", "Programmées en fin de période"),
    ]
    MESURES = [
        ("rendues", "Compte rendu terminé"),
        ("donnees", "Suites données"),
        ("a_temps", f"Suites données sous {DELAI_JOURS} jours"),
        ("attendues", "Suites en attente"),
        ("lettre", "Annoncées par une lettre"),
        ("a_rendre", "Compte rendu en attente"),
        ("acceptee", "Avec une action acceptée"),
        ("rendue_et_acceptee", "Compte rendu terminé, avec une action acceptée"),
        ("rendue_sans_action", "Compte rendu terminé, aucune action acceptée"),
        ("finies", "Une action acceptée, et toutes closes"),
        ("inachevees", "Une action acceptée, et l’une au moins n’est pas close"),
    ]

    etat = choisir("Visites", ETATS)
    mesure = choisir("Suivi", MESURES)
    motif = choisir("Motif du refus", MotifRefus.choices)
    developpeur = designer("Développeur", Membre)

    def fiches(self):
        champ, le = self.champ, self.cleaned_data["au"] or self.le
        visites = {
            "refusees": champ.refusees,
            "sorties": champ.sorties,
            "injoignables": champ.injoignables,
            "programmees": lambda: champ.visites().confiees_au(le),
        }.get(self.cleaned_data["etat"], champ.realisees)()
        visites = self._selon(self._visites(visites), motif="motif_refus", developpeur="developpeur")
        visites = self._mesurees(visites).filter(pk__in=Visite.objects.visibles_par(self.membre).order_by().values("pk"))
        return visites.avec_noms().order_by("-realisee_le", "-refusee_le", "-pk")

    def _mesurees(self, visites):
        rendues, suites = (
            Q(compte_rendu__termine_le__isnull=False),
            LettreDeSuites.objects.donnees().filter(visite=OuterRef("pk")),
        )
        actions = Action.objects.filter(projet__visite=OuterRef("pk"))
        acceptee, ouverte = Exists(actions.filter(acceptee_le__isnull=False)), Exists(actions.filter(fin_reelle=None))
        return {
            "rendues": lambda: visites.filter(rendues),
            "donnees": lambda: visites.filter(rendues, Exists(suites)),
            "a_temps": lambda: visites.filter(rendues, suites__donnee_le__lte=F("realisee_le") + timedelta(days=DELAI_JOURS)),
            "attendues": lambda: visites.filter(rendues).exclude(Exists(suites)),
            "lettre": lambda: visites.filter(annoncee_le__isnull=False),
            "a_rendre": lambda: visites.exclude(rendues),
            "acceptee": lambda: visites.filter(acceptee),
            "rendue_et_acceptee": lambda: visites.filter(rendues, acceptee),
            "rendue_sans_action": lambda: visites.filter(rendues, ~acceptee),
            "finies": lambda: visites.filter(acceptee, ~ouverte),
            "inachevees": lambda: visites.filter(acceptee, ouverte),
            "": lambda: visites,
        }[self.cleaned_data["mesure"]]()

    def ligne(self, visite):
        return {
            "entreprise": Valeur(str(visite.entreprise), adresse=visite.get_absolute_url()),
            "commune": str(visite.entreprise.commune or ""),
            "developpeur": visite.developpeur.nom_alphabetique if visite.developpeur else "",
            "etat": visite.get_etat_display(),
            "le": visite.repere.quand,
        }
