"""Chaque champ où l'on peut écrire dit ce qu'il devient, et chaque durée a de quoi s'appliquer."""

from pathlib import Path

from django.apps import apps
from django.db import models

from entreprises.models import Entreprise
from reseau.conservation import DUREES, LIGNES, en_markdown
from suivi.personnel import APPLICATIONS, TOUS, chemins
from suivi.purge import PURGEURS
from visites.models import Reponse

RACINE = Path(__file__).resolve().parent.parent
# Un champ borné par une liste close, une date, un nombre, une clé ne portent pas de nom.
ECRITS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
)


def a_classer():
    for application in APPLICATIONS:
        for modele in apps.get_app_config(application).get_models():
            for champ in modele._meta.concrete_fields:
                if isinstance(champ, ECRITS) and not champ.choices:
                    yield modele._meta.label_lower, champ.name


def test_chaque_champ_ou_l_on_ecrit_est_classe():
    """Un champ ajouté demain rougit ici : dire dans `<application>/personnel.py` ce qu'il dit d'une personne."""
    sans_sort = [f"{modele}.{champ}" for modele, champ in a_classer() if champ not in TOUS.get(modele, {})]
    assert sans_sort == []


def test_rien_n_est_classe_qui_n_existe_pas():
    connus = set(a_classer())
    assert [(modele, champ) for modele, champs in TOUS.items() for champ in champs if (modele, champ) not in connus] == []


def test_chaque_duree_a_un_purgeur_ou_dit_qui_s_en_charge():
    purgees = {purgeur.cle for purgeur in PURGEURS}
    assert purgees <= set(DUREES)
    assert [ligne.cle for ligne in LIGNES if not (ligne.cle in purgees or ligne.avec in purgees or ligne.par)] == []


def test_registre_porte_la_table_des_durees():
    """Après un changement de `reseau/conservation.py` : recopier ce qu'imprime `manage.py durees`."""
    texte = (RACINE / "docs" / "registre.md").read_text()
    assert texte.partition("<!-- durees -->\n")[2].partition("\n<!-- /durees -->")[0] == en_markdown()


def test_durees_se_disent_une_fois():
    assert len(DUREES) == len(LIGNES)
    assert all(bool(ligne.mois) + bool(ligne.jours) + bool(ligne.heures) == 1 for ligne in LIGNES)


def test_chemins_remontent_a_l_entreprise_par_le_schema():
    assert chemins(Reponse, Entreprise) == ["compte_rendu__visite__entreprise", "compte_rendu__vu__entreprise"]
