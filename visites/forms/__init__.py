"""Les formulaires des visites : ils nettoient et vérifient, ils n'agissent pas."""

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
    RejetForm,
    RendezVousForm,
    RenduForm,
)
from visites.forms.invitations import InvitationForm
from visites.forms.lots import AbriForm, ChoixDeCampagneForm, EtiquetageForm, ExportForm, RetraitForm, VueForm

__all__ = [
    "AbriForm",
    "AffectationForm",
    "AnnulationForm",
    "CampagneForm",
    "ChoixDeCampagneForm",
    "EtiquetageForm",
    "ExportForm",
    "InjoignableForm",
    "InvitationForm",
    "PriseForm",
    "ProgrammationForm",
    "PropositionForm",
    "RealisationForm",
    "RefusForm",
    "RejetForm",
    "RendezVousForm",
    "RenduForm",
    "RetraitForm",
    "VueForm",
]
