"""Personnes et sociétés inventées. Téléphones : tranches réservées à la fiction ; courriels : domaine réservé « .test »."""

from itertools import product

from stdnum import luhn

from reseau.lib.recherche import cle_de_recherche

PRENOMS = {
    "Mme": (
        "Adèle", "Aurore", "Bérénice", "Capucine", "Céleste", "Constance", "Delphine", "Edwige", "Estelle", "Flavie",
        "Garance", "Hélène", "Héloïse", "Inès", "Jeanne", "Judith", "Lise", "Ludivine", "Mathilde", "Mireille", "Noémie",
        "Odile", "Ombeline", "Pauline", "Régine", "Roxane", "Salomé", "Solène", "Tiphaine", "Violette",
    ),
    "M.": (
        "Adrien", "Ambroise", "Anselme", "Aurélien", "Bastien", "Blaise", "Corentin", "Damien", "Edmond", "Fabrice",
        "Florent", "Germain", "Gratien", "Honoré", "Ivan", "Joachim", "Lazare", "Lucien", "Maxence", "Nestor", "Octave",
        "Prosper", "Quentin", "Raphaël", "Sylvestre", "Thibaut", "Tristan", "Ulysse", "Valentin", "Yvon",
    ),
}  # fmt: skip
PATRONYMES = (
    "Abrevois", "Aucelin", "Bardouze", "Belcastre", "Bournival", "Brisevent", "Cabrillac", "Chambrelin", "Clovarel",
    "Combresol", "Dardenois", "Destravaux", "Dorvalin", "Escarpel", "Estrémieu", "Falconnet-Brie", "Forvielle", "Francval",
    "Gabrière", "Gentilleau", "Grisolles", "Guérivaux", "Hautepierre", "Hurtevel", "Jaligneau", "Jonquerelle", "Lambreville",
    "Lanterrier", "Lorvanche", "Louvegnez", "Malavergne", "Marcavel", "Mirabelon", "Montaurel", "Morinvaux", "Noirvache",
    "Orbessan", "Pelvezin", "Pertuisel", "Pouldreau", "Quincerot", "Ravelard", "Rochebrel", "Rouvelin", "Sabrevois",
    "Santerval", "Savournin", "Tarbinel", "Tournevel", "Trescases", "Urvillon", "Valcrozet", "Varembois", "Vercastel",
    "Vieuxpont", "Vireloup", "Ysambart", "Zellinger-Faux",
)  # fmt: skip
RACINES = (
    "Aubr", "Balv", "Brév", "Calv", "Corv", "Damb", "Dorn", "Estr", "Fauv", "Fromb", "Garl", "Hauv", "Jarn", "Lamv", "Lorv",
    "Marv", "Mirv", "Nerv", "Orm", "Perv", "Quinc", "Rauv", "Sauv", "Serv", "Tarv", "Tromb", "Urv", "Valr", "Verd", "Vign",
)  # fmt: skip
FINALES = (
    "aine", "elle", "eval", "emont", "igny", "oise", "ange", "oncourt", "evre", "illon", "estre", "aucourt", "ossel", "enelle",
    "airon", "ière",
)  # fmt: skip
VOIES = (
    "rue de la Gare", "rue des Ateliers", "route de la Forêt", "zone artisanale du Pré-Neuf", "rue du Moulin",
    "avenue de la République", "chemin des Carrières", "rue de l’Industrie", "impasse des Tanneurs", "rue du Canal",
)  # fmt: skip


def patronymes_melanges(hasard):
    """[(civilité, prénom, nom)] sans nom répété, dans un ordre tiré au sort."""
    noms = list(PATRONYMES)
    hasard.shuffle(noms)
    return [(civilite, hasard.choice(PRENOMS[civilite]), nom) for nom in noms if (civilite := hasard.choice(["Mme", "M."]))]


def noms_de_societes(hasard, rang):
    """Noms propres inventés, un par société ; deux réseaux voisins n'ont aucun nom commun."""
    paires = [
        (racine, finale)
        for (i, racine), (j, finale) in product(enumerate(RACINES), enumerate(FINALES))
        if (i + j) % 2 == rang % 2
    ]
    hasard.shuffle(paires)
    return [racine + finale for racine, finale in paires]


def siret_fictif(rang):
    """SIRET juste selon la clé de Luhn, au préfixe que le répertoire n'attribue pas : 000."""
    siren = f"000{rang:05d}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


def telephone_fictif(hasard):
    return f"03 53 01 {hasard.randrange(100):02d} {hasard.randrange(100):02d}"


def mobile_fictif(hasard):
    return f"06 39 98 {hasard.randrange(100):02d} {hasard.randrange(100):02d}"


def en_adresse(texte):
    """« Ateliers Brévemont » → « ateliers-brevemont »."""
    return cle_de_recherche(texte).replace(" ", "-")
