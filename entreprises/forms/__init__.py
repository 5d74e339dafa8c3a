"""Les formulaires du tissu : ils nettoient et vérifient, ils n'agissent pas."""

from entreprises.forms.cibles import CibleForm, DecisionForm, EcartForm
from entreprises.forms.classement import EtiquetteForm
from entreprises.forms.documents import DocumentForm
from entreprises.forms.fiches import ContactForm, DeportForm, EntrepriseForm, MonDeportForm
from entreprises.forms.imports import CHAMPS, ColonnesForm, DepotContactsForm, DepotForm
from entreprises.forms.sollicitations import ProtectionForm, SollicitationForm

__all__ = [
    "CHAMPS",
    "CibleForm",
    "ColonnesForm",
    "ContactForm",
    "DecisionForm",
    "DeportForm",
    "DepotContactsForm",
    "DepotForm",
    "DocumentForm",
    "EcartForm",
    "EntrepriseForm",
    "EtiquetteForm",
    "MonDeportForm",
    "ProtectionForm",
    "SollicitationForm",
]
