"""Un tableau à côté du même, pour la période d'avant : une colonne « Avant » après chaque colonne que l'on compare.

Jamais de comparaison d'une personne avec elle-même : seules les sections qui nomment leurs colonnes `comparees` en ont.
"""

from dataclasses import replace

from reseau.lib.tableau import Colonne, Valeur

AVANT = "avant_"


def comparer(tableau, precedent):
    """Le `Tableau` avec, section par section, les chiffres de `precedent`, composé sur la période d'avant."""
    avant = {section.titre: section for section in precedent.sections}
    sections = [_comparer(section, avant[section.titre]) if section.titre in avant else section for section in tableau.sections]
    autre = precedent.sous_titre and precedent.sous_titre != tableau.sous_titre
    cible = f" ({precedent.sous_titre})" if autre else ""
    definition = (
        "Avant",
        f"le même chiffre, sur la période précédente : {precedent.periode[:1].lower()}{precedent.periode[1:]}{cible}.",
    )
    return replace(tableau, sections=sections, definitions=[definition, *tableau.definitions])


def _comparer(section, avant):
    if not section.comparees:
        return section
    colonnes = []
    for colonne in section.colonnes:
        colonnes.append(colonne)
        if colonne.cle in section.comparees:
            libelle = f"{colonne.libelle}, avant"
            colonnes.append(Colonne(AVANT + colonne.cle, libelle, colonne.genre, decimales=colonne.decimales))
    corps = _joindre(section, section.lignes, avant.lignes, nouvelles=True)
    return replace(section, colonnes=colonnes, lignes=corps, pied=_joindre(section, section.pied, avant.pied))


def _joindre(section, lignes, anciennes, *, nouvelles=False):
    """Chaque ligne et celle de mêmes mots d'avant ; une ligne d'avant qui n'est plus là s'ajoute à la fin."""
    mots = [colonne.cle for colonne in section.colonnes if colonne.genre == "texte"]
    restantes = {tuple(_nu(ligne.get(mot)) for mot in mots): ligne for ligne in anciennes}
    jointes = [ligne | _avant(section, restantes.pop(tuple(_nu(ligne.get(mot)) for mot in mots), {})) for ligne in lignes]
    disparues = restantes.values() if nouvelles else ()
    return [*jointes, *({mot: ligne.get(mot) for mot in mots} | _avant(section, ligne) for ligne in disparues)]


def _avant(section, ligne):
    """Une valeur garde son genre, jamais son adresse : ses fiches sont celles d'une autre période."""
    valeurs = ((cle, ligne.get(cle)) for cle in section.comparees)
    return {AVANT + cle: Valeur(v.valeur, v.genre) if isinstance(v, Valeur) else v for cle, v in valeurs}


def _nu(valeur):
    return valeur.valeur if isinstance(valeur, Valeur) else valeur
