"""Les formulaires des visites : ils nettoient et vérifient, ils n'agissent pas."""

from visites.forms.absences import AbsenceForm
from visites.forms.courriers import ChoixDeModeleForm, CorrectionForm, EtiquettesForm, ModeleForm, RejetForm, RetourForm
from visites.forms.demandes import AcceptationForm, DeclinForm, DemandeForm
from visites.forms.depots import DepotForm
from visites.forms.envois import EnvoiDuLotForm, EnvoiForm
from visites.forms.gestes import (
    AffectationForm,
    AnnulationForm,
    CampagneForm,
    InjoignableForm,
    PriseForm,
    ProgrammationForm,
    PropositionForm,
    RealisationForm,
    RefusForm,
    RendezVousForm,
    RenduForm,
)
from visites.forms.guides import GuideForm, QuestionForm, ReponsesForm, ThemeForm
from visites.forms.invitations import InvitationForm
from visites.forms.lots import AbriForm, ChoixDeCampagneForm, EtiquetageForm, ExportForm, RetraitForm, VueForm
from visites.forms.propositions import PropositionsForm

__all__ = [
    "AbriForm",
    "AbsenceForm",
    "AcceptationForm",
    "AffectationForm",
    "AnnulationForm",
    "CampagneForm",
    "ChoixDeCampagneForm",
    "ChoixDeModeleForm",
    "CorrectionForm",
    "DeclinForm",
    "DemandeForm",
    "DepotForm",
    "EnvoiDuLotForm",
    "EnvoiForm",
    "EtiquetageForm",
    "EtiquettesForm",
    "ExportForm",
    "GuideForm",
    "InjoignableForm",
    "InvitationForm",
    "ModeleForm",
    "PriseForm",
    "ProgrammationForm",
    "PropositionForm",
    "PropositionsForm",
    "QuestionForm",
    "RealisationForm",
    "RefusForm",
    "RejetForm",
    "RendezVousForm",
    "RenduForm",
    "ReponsesForm",
    "RetourForm",
    "RetraitForm",
    "ThemeForm",
    "VueForm",
]
