"""Une lettre anodine, que chaque essai change à sa façon."""

from reseau.lib.lettre import Lettre

LETTRE = Lettre(
    intitule=["PRÉFET", "DE L’ESSAI"],
    reseau="Réseau d’essai",
    lieu="Vesoul",
    adresse=["FONDERIE", "70000 VESOUL"],
    objet="Une visite",
    appel="Madame",
    paragraphes=["Un paragraphe."],
    politesse="Veuillez croire, Madame, à ma considération.",
    signataire_titre="Le préfet",
    signataire_nom="Camille Essai",
)
