"""Les formulaires du suivi : ils nettoient et vérifient, ils n'agissent pas."""

from suivi.forms.choix import Choix
from suivi.forms.compte_rendu import SaisieDeCompteRendu
from suivi.forms.entreprise import ChronologieForm, FusionForm, SignalementForm
from suivi.forms.gestes import (
    ClotureForm,
    MessageForm,
    RefusForm,
    ReponseAUneActionForm,
    SommeilForm,
    SuiteForm,
    TransmissionForm,
)
from suivi.forms.projets import ActionForm, ActionProposeeForm, ProjetForm, ProjetSuiviForm
from suivi.forms.reunions import DesignationsForm, ExposeForm, PointForm, ReleveForm, RetenueForm, ReunionForm
from suivi.forms.suites import SuitesForm

__all__ = [
    "ActionForm",
    "ActionProposeeForm",
    "Choix",
    "ChronologieForm",
    "ClotureForm",
    "DesignationsForm",
    "ExposeForm",
    "FusionForm",
    "MessageForm",
    "PointForm",
    "ProjetForm",
    "ProjetSuiviForm",
    "RefusForm",
    "ReleveForm",
    "ReponseAUneActionForm",
    "RetenueForm",
    "ReunionForm",
    "SaisieDeCompteRendu",
    "SignalementForm",
    "SommeilForm",
    "SuiteForm",
    "SuitesForm",
    "TransmissionForm",
]
