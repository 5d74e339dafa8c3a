"""Les formulaires des visites : ils nettoient et vérifient, ils n'agissent pas."""

from visites.forms.demandes import AcceptationForm, DeclinForm, DemandeForm
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
from visites.forms.lots import AbriForm, ChoixDeCampagneForm, EtiquetageForm, ExportForm, RetraitForm, VueForm

__all__ = [
    "AbriForm",
    "AcceptationForm",
    "AffectationForm",
    "AnnulationForm",
    "CampagneForm",
    "ChoixDeCampagneForm",
    "DeclinForm",
    "DemandeForm",
    "EtiquetageForm",
    "ExportForm",
    "InjoignableForm",
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
