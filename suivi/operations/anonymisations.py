"""Ôter les noms d'une fiche d'entreprise ou de membre : les textes et les papiers partent, les dates et les nombres restent.

Le terme de la durée de conservation et l'effacement d'une personne passent tous deux par ici.
"""

from datetime import date

from django.db import connection, transaction
from django.db.models import EmailField, F, JSONField, Q

from entreprises.models import Anonymisation, Contact, Document, Entreprise, VueEnregistree
from entreprises.recherche import rafraichir
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.identite import EFFACE, changer_les_textes
from reseau.lib.personnel import LUS, Sort
from reseau.models import Absence, FicheCompetence, JetonUtilise, Membre, Utilisateur, Versionne
from suivi.models import Brouillon, Evaluation, Fusion
from suivi.personnel import champs_de, chemins, modeles_portant, parmi
from visites.models import DemandeDeVisite, FluxAgenda, PdfFige

TOUJOURS = date(9999, 12, 31)
FICHE_SANS_NOM = "Fiche anonymisée"
ENCORE_LA = "{} est encore du réseau : datez d’abord son départ, puis effacez ce qui le nomme."
# Une adresse ou un numéro effacé ne se remplace pas par un mot.
COORDONNEES = {"telephone", "courriel", "site", "siret"}
SUPPRIMES = (Brouillon, DemandeDeVisite, Document, Contact)


@transaction.atomic
def anonymiser(entreprises, *, instant):
    """Ôte ses noms à chacune de ces fiches (clés), et à celles qu'elle a absorbées ; rend combien ont été demandées.

    Restent le réseau, la commune, l'activité, l'effectif, les états, les dates, les notes et les emplois : tout ce qui se compte.
    """
    cles = list(Entreprise.objects.filter(Q(pk__in=entreprises) | Q(fusionnee_dans__in=entreprises)).values_list("pk", flat=True))
    effacer_sans_trace()
    for modele in SUPPRIMES:
        modele.objects.filter(entreprises_liees(modele, cles)).delete()
    PdfFige.objects.filter(entreprises_liees(PdfFige, cles), detruit_le=None).update(pdf=b"", detruit_le=instant)
    for modele in modeles_portant(*LUS):
        if modele is not Entreprise and chemins(modele, Entreprise):
            _vider_les_textes(modele, cles)
    for fiche in Entreprise.objects.filter(pk__in=cles):
        _oter_le_nom(fiche)
    rafraichir(cles)
    Anonymisation.objects.bulk_create([Anonymisation(entreprise_id=cle, le=instant) for cle in cles], ignore_conflicts=True)
    return len(entreprises)


@transaction.atomic
def anonymiser_un_membre(membre, *, le):
    """Ôte son nom à un membre parti ; ce que les tableaux comptent reste, sous « Ancien membre ».

    Son compte se ferme s'il n'est plus d'aucun réseau. `RegleEnfreinte` s'il est encore du réseau.
    """
    if not membre.est_parti(le):
        raise RegleEnfreinte(ENCORE_LA.format(membre))
    sans_nom = {"prenom": "Ancien", "nom": f"membre n° {membre.pk}", "fonction": "", "telephone": "", "competence": ""}
    Membre.objects.filter(pk=membre.pk).update(**sans_nom, publiable=False, version=F("version") + 1)
    Absence.objects.filter(membre=membre).delete()
    FicheCompetence.objects.filter(membre=membre).exclude(apport="").update(apport=EFFACE)
    if not Membre.objects.filter(utilisateur=membre.utilisateur_id).restants(le).exists():
        fermer_le_compte(membre.utilisateur)


def fermer_le_compte(utilisateur):
    """Le compte ne porte plus d'adresse et n'ouvre plus rien ; ses vues, son agenda et ses jetons partent."""
    utilisateur.email, utilisateur.is_active, utilisateur.last_login = adresse_fermee(utilisateur), False, None
    utilisateur.set_unusable_password()
    utilisateur.save()
    JetonUtilise.objects.filter(utilisateur=utilisateur).delete()
    VueEnregistree.objects.filter(membre__utilisateur=utilisateur).delete()
    FluxAgenda.objects.filter(membre__utilisateur=utilisateur).delete()
    for lien in Utilisateur._meta.related_objects:
        # Ce qui ne sert qu'à entrer (seconds facteurs, sessions, essais…) meurt avec le compte.
        if lien.on_delete is not None and lien.on_delete.__name__ == "CASCADE":
            lien.related_model._base_manager.filter(**{lien.field.name: utilisateur}).delete()


def adresse_fermee(utilisateur):
    """« compte-12@ferme.invalid » : un domaine qui n'existera jamais (RFC 2606)."""
    return f"compte-{utilisateur.pk}@ferme.invalid"


def vide(modele, nom):
    """Ce qui remplace un texte : rien si c'est une coordonnée ou le champ d'une fiche qui peut être vide, sinon « [effacé] »."""
    champ = modele._meta.get_field(nom)
    facultatif = champ.blank and nom in champs_de(modele, Sort.IDENTITE, Sort.SIEN)
    # Ailleurs un texte non vide le reste : il dit un état (une ligne écartée, un point retiré) que les contraintes lient.
    return "" if facultatif or nom in COORDONNEES or isinstance(champ, EmailField) else EFFACE


def de_plus(modele):
    """Ce qui change avec un texte effacé : la version d'une fiche à plusieurs, l'accord sur un témoignage qui n'est plus."""
    version = {"version": F("version") + 1} if issubclass(modele, Versionne) else {}
    accord = {"accord_le": None, "accord_retire_le": None} if modele is Evaluation else {}
    return version | accord


def effacer_sans_trace():
    """SQLite récrit de zéros ce qu'il libère, pour cette connexion ; PostgreSQL s'en remet à son ramasse-miettes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as curseur:
            curseur.execute("PRAGMA secure_delete = ON")


def entreprises_liees(modele, cles):
    """Condition : les lignes de `modele` qui mènent à l'une de ces entreprises."""
    return parmi(modele, Entreprise, cles)


def _vider_les_textes(modele, cles):
    lignes = modele._base_manager.filter(entreprises_liees(modele, cles))
    # Par leurs clés : une mise à jour ne traverse pas une jointure.
    pks = list(lignes.values_list("pk", flat=True))
    for champ in champs_de(modele, *LUS):
        lignes = modele._base_manager.filter(pk__in=pks)
        if isinstance(modele._meta.get_field(champ), JSONField):
            _vider_le_json(modele, champ, lignes)
        else:
            lignes.exclude(**{champ: ""}).update(**{champ: vide(modele, champ)}, **de_plus(modele))


def _vider_le_json(modele, champ, lignes):
    """Chaque texte devient « [effacé] » ; la forme reste. D'une fusion, il ne reste rien : elle ne se défait plus."""
    for pk, valeur in lignes.values_list("pk", champ):
        if valeur:
            neuve = {} if modele is Fusion else [] if isinstance(valeur, list) else changer_les_textes(valeur, _un_mot)
            modele._base_manager.filter(pk=pk).update(**{champ: neuve})


def _un_mot(texte):
    return EFFACE if texte else ""


def _oter_le_nom(fiche):
    """Un numéro tient lieu de SIRET : aucun fichier importé ne la retrouvera, l'entreprise reviendra comme inconnue."""
    vides = dict.fromkeys(("enseigne", "adresse", "complement", "code_postal", "ville", "telephone", "courriel", "site"), "")
    nom = {"siret": f"{fiche.pk:014d}", "raison_sociale": f"Entreprise anonymisée n° {fiche.pk}"}
    abri = {"ne_plus_solliciter_jusqu_au": TOUJOURS, "ne_plus_solliciter_motif": FICHE_SANS_NOM}
    Entreprise.objects.filter(pk=fiche.pk).update(**nom, **vides, **abri, version=F("version") + 1)
