"""Nul d'une institution régalienne ne lit une partie réservée qui n'est pas la sienne : la base refuse d'inscrire cette lecture.

`suivi.reserve` inscrit la lecture avant de rendre le texte, et ne le rend pas si elle est refusée. La condition se lit dans les
tables, au moment de lire : ni le rôle, ni une vue, ni un ordre SQL n'y changent rien.

Sur SQLite, une migration qui reconstruirait `reseau_membre`, `reseau_institution` ou les tables du compte rendu ôte d'abord cette
garde (`retirer`), et la repose ensuite (`poser`).
"""

from reseau import garde

REGALIEN = "Une institution régalienne ne lit pas la partie réservée."
CONDITION = """
    new.geste = 'lecture' AND new.objet = 'visites.partiereservee'
    AND EXISTS (
        SELECT 1 FROM reseau_membre membre JOIN reseau_institution institution ON institution.id = membre.institution_id
        WHERE membre.id = new.membre_id AND institution.regalienne
    )
    AND NOT EXISTS (
        SELECT 1 FROM visites_partiereservee partie JOIN visites_compterendu rendu ON rendu.id = partie.compte_rendu_id
        WHERE partie.id = new.objet_id AND rendu.auteur_id = new.membre_id
    )
"""
GARDES = (garde.Garde("reserve_hors_du_regalien", "reseau_journal", "INSERT", CONDITION, CONDITION, REGALIEN),)


def poser(connexion):
    garde.poser(connexion, gardes=GARDES)


def retirer(connexion):
    garde.retirer(connexion, gardes=GARDES)
