"""« Mes actions » en colonnes : où va chaque action, et le geste qui mène d'une colonne à l'autre. Sans HTTP."""

from dataclasses import dataclass, field
from datetime import timedelta

from suivi.enums import EtatAction
from suivi.gestes import gestes_permis

PAR_COLONNE = 30
CLOSES_DEPUIS = timedelta(days=30)
# Colonne → les gestes qui y mènent, et comment les dire : le premier permis est le bon.
COLONNES = {
    EtatAction.PROPOSEE: ("À accepter", {}),
    EtatAction.ACCEPTEE: ("Acceptées", {"accepter": "J’accepte"}),
    EtatAction.EN_COURS: ("En cours", {"reveiller": "Réveiller", "suite": "Noter une suite"}),
    EtatAction.ENDORMIE: ("En réserve", {"endormir": "Mettre en réserve"}),
    EtatAction.CLOSE: ("Closes depuis 30 jours", {"clore": "Clore"}),
}
AILLEURS = {"transmettre": "Transmettre", "refuser": "Refuser"}
SANS_MOTS = {"accepter", "reveiller"}  # un clic suffit ; les autres ouvrent leur formulaire
# Nom du geste → son nom dans `Gestes`, quand il diffère.
PERMIS = {"suite": "noter_la_suite"}


@dataclass(frozen=True)
class Colonne:
    """`actions` : les premières ; `autres` : combien de plus."""

    code: str
    titre: str
    actions: list = field(default_factory=list)
    nombre: int = 0

    @property
    def autres(self):
        return self.nombre - len(self.actions)


def en_colonnes(les_miennes, membre, le):
    """[`Colonne`] de ces actions (un QuerySet) ; chacune porte `destinations` : [(geste, libellé, colonne)] permis."""
    colonnes = []
    for code, (titre, _) in COLONNES.items():
        actions = les_miennes.filter(etat=code)
        if code == EtatAction.CLOSE:
            actions = actions.filter(fin_reelle__gte=le - CLOSES_DEPUIS)
        premieres = list(actions.par_urgence(le).avec_noms()[: PAR_COLONNE + 1])
        nombre = actions.count() if len(premieres) > PAR_COLONNE else len(premieres)
        for action in premieres:
            action.destinations, action.echue = destinations(membre, action), action.est_echue(le)
        colonnes.append(Colonne(code, titre, premieres[:PAR_COLONNE], nombre))
    return colonnes


def destinations(membre, action):
    """[(geste, libellé, colonne)] que ce membre peut faire de cette action, dans l'ordre des colonnes ; "" : elle s'en va."""
    gestes = gestes_permis(membre, action)
    permises = [
        (geste, libelle, code)
        for code, (_, menent) in COLONNES.items()
        for geste, libelle in menent.items()
        if getattr(gestes, PERMIS.get(geste, geste))
    ]
    return permises + [(geste, libelle, "") for geste, libelle in AILLEURS.items() if getattr(gestes, geste)]
