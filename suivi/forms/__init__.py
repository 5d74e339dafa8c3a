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
from suivi.forms.reunions import (
    ActionEnSeanceForm,
    DesignationsForm,
    ExposeForm,
    NoteForm,
    PointForm,
    ReleveForm,
    ReponseALaConvocationForm,
    RetenueForm,
    RetraitForm,
    ReunionForm,
)
from suivi.forms.suites import SuitesForm

__all__ = [
    "ActionEnSeanceForm",
    "ActionForm",
    "ActionProposeeForm",
    "Choix",
    "ChronologieForm",
    "ClotureForm",
    "DesignationsForm",
    "ExposeForm",
    "FusionForm",
    "MessageForm",
    "NoteForm",
    "PointForm",
    "ProjetForm",
    "ProjetSuiviForm",
    "RefusForm",
    "ReleveForm",
    "ReponseALaConvocationForm",
    "ReponseAUneActionForm",
    "RetenueForm",
    "RetraitForm",
    "ReunionForm",
    "SaisieDeCompteRendu",
    "SignalementForm",
    "SommeilForm",
    "SuiteForm",
    "SuitesForm",
    "TransmissionForm",
]
