"""La lettre de suites sur papier : l'adresse dans la fenêtre de l'enveloppe, ce qui a été décidé, qui appeler."""

from itertools import groupby

from reseau.lib.lettre import adresse_ajustee
from reseau.lib.pdf import rendre_pdf
from reseau.lib.saisie import visible
from suivi.suites import PUCE
from visites.composition import adresse_postale, dirigeant_de

PAGES_MAX = 2


def imprimer_les_suites(suites, *, par, le):
    """Son PDF, daté du jour `le`, signé du développeur de la visite, ou de `par` s'il a quitté le réseau.

    Lève `TropDePages` au-delà de deux pages, `ImpressionImpossible` si une image est illisible.
    """
    visite = suites.visite
    adresse = adresse_postale(visite.entreprise, visite.compte_rendu.vu or dirigeant_de(visite.entreprise))
    corps, lignes = adresse_ajustee(adresse)
    contexte = {
        "nom_reseau": visite.reseau.nom,
        "reseau": visite.reseau,
        "corps_adresse": corps,
        "lignes_adresse": lignes,
        "le": le,
        "objet": visible(suites.objet),
        "blocs": list(_blocs(visible(suites.texte))),
        "signataire": par if visite.developpeur.est_parti(le) else visite.developpeur,
        "images": {"logo-reseau": bytes(visite.reseau.logo or b"")},
    }
    return rendre_pdf("pdf/suites.html", contexte, titre="Suites de notre rencontre", pages_max=PAGES_MAX)


def _blocs(texte):
    """Le texte en blocs : {"alinea": …}, ou {"liste": [ligne, …]} pour les lignes à puce qui se suivent."""
    puce = PUCE.strip()
    lignes = filter(None, (ligne.strip() for ligne in texte.splitlines()))
    for en_liste, groupe in groupby(lignes, key=lambda ligne: ligne.startswith(puce)):
        if en_liste:
            yield {"liste": [ligne.removeprefix(puce).strip() for ligne in groupe]}
        else:
            yield from ({"alinea": ligne} for ligne in groupe)
