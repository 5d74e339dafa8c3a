"""Toute table née d'un modèle tient à un réseau, ou est nommée ici : ni l'export, ni la barrière ne l'oublient sans le dire."""

from reseau import cloisons
from reseau.models import Pli
from suivi.models import MessageDAction
from visites.models import PartieReservee

SANS_RESEAU = {
    "auth_group": "Django, sans usage ici",
    "auth_group_permissions": "Django, sans usage ici",
    "auth_permission": "Django, sans usage ici",
    "django_content_type": "Django",
    "django_session": "une personne, tous ses réseaux",
    "dsfr_dsfrconfig": "l'installation",
    "dsfr_dsfrsocialmedia": "l'installation",
    "entreprises_activite": "référence de l'Insee",
    "entreprises_arrondissement": "référence de l'Insee",
    "entreprises_commune": "référence de l'Insee",
    "entreprises_contour": "référence de l'Insee",
    "entreprises_division": "référence de l'Insee",
    "entreprises_epci": "référence de l'Insee",
    "entreprises_mot": "vocabulaire de la recherche, sans lien à une fiche",
    "entreprises_zoneemploi": "référence de l'Insee",
    "otp_static_staticdevice": "une personne, tous ses réseaux",
    "otp_static_statictoken": "une personne, tous ses réseaux",
    "otp_totp_totpdevice": "une personne, tous ses réseaux",
    "reseau_essai": "une porte, avant de savoir qui entre",
    "reseau_identiteattestee": "une personne, tous ses réseaux",
    "reseau_jetonutilise": "une personne",
    "reseau_session": "une personne, tous ses réseaux",
    "reseau_utilisateur": "une personne, tous ses réseaux",
    "reseau_utilisateur_groups": "Django, sans usage ici",
    "reseau_utilisateur_user_permissions": "Django, sans usage ici",
}


def test_toute_table_tient_a_un_reseau_ou_dit_pourquoi_non():
    libres = {modele._meta.db_table for modele in cloisons.tables()} - {m._meta.db_table for m in cloisons.attaches()}
    assert libres == set(SANS_RESEAU)


def test_chemin_suit_la_cle_obligatoire_la_plus_courte():
    attaches = cloisons.attaches()
    chemins = {modele: cloisons.chemin(modele, attaches) for modele in (Pli, MessageDAction, PartieReservee)}
    assert chemins == {
        Pli: "reseau",
        MessageDAction: "action__reseau",
        PartieReservee: "compte_rendu__visite__reseau",
    }
