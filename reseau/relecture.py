"""Après un enregistrement, dire ce qu'il vaudrait mieux ne pas garder : un avertissement, jamais un refus."""

from django.contrib import messages

from reseau.lib.reperage import reperer

LU_MAX = 20_000  # lettres d'un champ
# Là où l'on n'écrit sur personne : le texte de la charte, un modèle de lettre, un guide.
SANS_PERSONNE = {"charte.tenir", "courriers.modeles", "guides.gerer", "parametres.gerer"}


def avertir(request, droit):
    """Ajoute à la page qui vient un message par envoi, s'il semble parler de ce qu'on n'écrit pas ; tout est déjà gardé."""
    if droit in SANS_PERSONNE:
        return
    textes = [valeur[:LU_MAX] for nom in request.POST for valeur in request.POST.getlist(nom) if " " in valeur.strip()]
    trouves = {trouve.sujet: trouve.mots for texte in textes for trouve in reperer(texte)}
    if trouves:
        sujets = " ; ".join(f"{sujet} (« {mots} »)" for sujet, mots in trouves.items())
        messages.warning(request, f"C’est enregistré, mais relisez-vous : ce texte semble toucher à {sujets}. {CONSEIL}")


CONSEIL = "Si le projet de l’entreprise n’en dépend pas, corrigez-le."
