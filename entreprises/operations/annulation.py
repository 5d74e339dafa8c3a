"""Annuler un import : défaire ce qu'il a écrit, sauf ce dont quelqu'un s'est servi depuis."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.timezone import now

from entreprises.enums import EtatImport, GenreImport
from entreprises.models import Contact, Entreprise, Etiquette, Import
from entreprises.operations import traces
from entreprises.operations.lots import Pose
from entreprises.operations.traces import empreinte, en_json
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Reseau
from reseau.operations import noter, recrire

GARDEES_MONTREES = 100
MODIFIEE = "modifiée depuis"
PAS_ECRIT = "Seul un import enregistré s’annule, et une seule fois."
SANS_TRACE = "Cet import n’a rien changé, ou n’a pas laissé de quoi l’annuler."


@dataclass
class Annulation:
    """Ce qui a été défait, en nombres d'entreprises. `gardees` : [clé, pourquoi], les premières."""

    supprimees: int = 0
    retablies: int = 0
    contacts: int = 0
    nombre_gardees: int = 0
    gardees: list = field(default_factory=list)

    def garder(self, cle, raison):
        self.nombre_gardees += 1
        if len(self.gardees) < GARDEES_MONTREES:
            self.gardees.append([cle, raison])


@transaction.atomic
def annuler_import(depot, *, par):
    """Supprime les entreprises créées que rien n'emploie et rend aux autres leurs valeurs d'avant ; rend l'`Import`.

    Reste, et se dit : une entreprise créée dont on s'est servi ou qu'on a modifiée ; une valeur changée depuis. D'une liste
    de contacts, efface ceux qu'elle a notés et que personne n'a corrigés depuis.
    Lève `RegleEnfreinte` si l'import n'est pas enregistré, ou n'a pas laissé de trace.
    """
    Reseau.objects.select_for_update(no_key=True).get(pk=depot.reseau_id)  # ni import ni autre annulation en même temps
    depot = Import.objects.select_for_update(no_key=True).get(pk=depot.pk)
    if depot.etat != EtatImport.ECRIT:
        raise RegleEnfreinte(PAS_ECRIT)
    depot.changements.all().delete()
    sollicitations, _ = depot.sollicitations.all().delete()
    bilan, nouvelles, vide = Annulation(), [], not sollicitations
    for lot in depot.lots.order_by("-numero").iterator(chunk_size=1):
        trace, vide = traces.relire(lot), False
        nouvelles += trace.get("etiquettes_creees", [])
        _defaire(trace, bilan)
    if vide:
        raise RegleEnfreinte(SANS_TRACE)
    Etiquette.objects.filter(pk__in=nouvelles, entreprises=None).delete()
    depot.lots.all().delete()
    _clore(depot, bilan, sollicitations, par)
    return depot


def _clore(depot, bilan, sollicitations, par):
    depot.bilan["annulation"] = {
        "supprimees": bilan.supprimees,
        "retablies": bilan.retablies,
        "contacts": bilan.contacts,
        "sollicitations": sollicitations,
        "nombre_gardees": bilan.nombre_gardees,
        "gardees": bilan.gardees,
    }
    depot.etat, depot.annule_le, depot.annule_par = EtatImport.ANNULE, now(), par
    depot.save()
    if depot.genre == GenreImport.SOLLICITATIONS:
        nombre, fait = sollicitations, f"{sollicitations} contacts effacés du journal"
    else:
        nombre, fait = bilan.supprimees + bilan.retablies, f"{bilan.supprimees} supprimées, {bilan.retablies} rétablies"
    noter(par, Geste.MODIFICATION, depot, nombre=nombre, precision=f"import annulé : {fait}")


def _defaire(trace, bilan):
    """Défait un lot : d'abord ce qu'il avait ajouté aux fiches connues, puis leurs valeurs, puis les fiches créées."""
    crees = dict(trace.get("crees", []))
    contacts = {cle: (entreprise, marque) for cle, entreprise, marque in trace.get("contacts_crees", [])}
    posees = {tuple(pose) for pose in trace.get("etiquettes", [])}
    touchees = _retirer_contacts({c: v for c, v in contacts.items() if v[0] not in crees}, bilan)
    touchees |= _retirer_etiquettes({pose for pose in posees if pose[0] not in crees})
    touchees |= _retablir_contacts(trace, bilan)
    touchees |= _retablir(Entreprise, trace.get("modifies", {}), bilan)
    _recomposer(touchees)
    bilan.retablies += len(touchees)
    _supprimer(crees, contacts, posees, bilan)


def _supprimer(crees, contacts, posees, bilan):
    """Efface les entreprises créées, sauf celles modifiées ou employées depuis, qui gardent tout."""
    fiches = Entreprise.objects.select_for_update().filter(pk__in=crees).in_bulk()
    intacts = _intacts(Contact, {cle: marque for cle, (fiche, marque) in contacts.items() if fiche in crees})
    emplois = _emplois(Entreprise, list(fiches), {Contact: intacts, Pose: posees})
    effacees = []
    for cle, fiche in fiches.items():
        if empreinte(fiche) != crees[cle]:
            bilan.garder(cle, MODIFIEE)
        elif cle in emplois:
            bilan.garder(cle, f"sert depuis : {', '.join(sorted(emplois[cle]))}")
        else:
            effacees.append(cle)
    Pose.objects.filter(entreprise__in=effacees).delete()
    Contact.objects.filter(entreprise__in=effacees).delete()
    libres = Entreprise.objects.filter(pk__in=effacees)
    libres._raw_delete(libres.db)  # `_emplois` a suivi toutes les relations : `delete` les suivrait encore, deux fois plus lent
    bilan.supprimees += len(effacees)


def _intacts(modele, marques):
    """Les clés de {clé: empreinte} dont la fiche existe encore telle quelle."""
    fiches = modele.objects.filter(pk__in=marques)
    return {fiche.pk for fiche in fiches if empreinte(fiche) == marques[fiche.pk]}


def _emplois(modele, cles, siens=None):
    """{clé: noms de ce qui s'y rattache} pour les fiches employées ; `siens` : modèle → ce qui ne compte pas.

    Toute relation vers le modèle compte, d'où qu'elle vienne : une application du haut n'a pas à se déclarer ici.
    """
    emplois = {}
    for relation in modele._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one) and not relation.concrete):
            continue
        liee, lien = relation.related_model, relation.field
        # Une étiquette posée n'a pas de clé connue : c'est le couple (entreprise, étiquette) qui la désigne.
        cle = ("entreprise_id", "etiquette_id") if liee is Pose else ("pk",)
        lignes = liee._base_manager.filter(**{f"{lien.name}__in": cles}).values_list(lien.attname, *cle)
        ignores = siens.get(liee, ()) if siens else ()
        employees = [fiche for fiche, *reste in lignes if (tuple(reste) if liee is Pose else reste[0]) not in ignores]
        for fiche in employees:
            emplois.setdefault(fiche, set()).add(_nom(liee, lien))
    return emplois


def _nom(liee, lien):
    """Ce qui se rattache, en un mot ; derrière une table de liaison, c'est l'autre bout."""
    if not liee._meta.auto_created:
        return str(liee._meta.verbose_name)
    autre = next(champ for champ in liee._meta.fields if champ.remote_field and champ is not lien)
    return str(autre.related_model._meta.verbose_name)


def _retirer_contacts(contacts, bilan):
    """Efface les contacts que l'import avait ajoutés à des fiches connues ; rend ces fiches."""
    intacts = _intacts(Contact, {cle: marque for cle, (_, marque) in contacts.items()})
    libres = intacts - set(_emplois(Contact, list(intacts)))
    Contact.objects.filter(pk__in=libres).delete()
    bilan.contacts += len(libres)
    for cle in set(Contact.objects.filter(pk__in=contacts).values_list("pk", flat=True)):
        bilan.garder(contacts[cle][0], "son contact ajouté par l’import a changé ou sert depuis")
    return {contacts[cle][0] for cle in libres}


def _retirer_etiquettes(posees):
    lignes = Pose.objects.filter(entreprise__in={fiche for fiche, _ in posees}).values_list("pk", "entreprise_id", "etiquette_id")
    retirees = {cle: fiche for cle, fiche, etiquette in lignes if (fiche, etiquette) in posees}
    Pose.objects.filter(pk__in=retirees).delete()
    return set(retirees.values())


def _retablir_contacts(trace, bilan):
    """Les contacts modifiés, puis les anciens dirigeants ; rend les fiches touchées."""
    touchees = _retablir(Contact, trace.get("contacts_modifies", {}), bilan)
    anciens = Contact.objects.filter(pk__in=trace.get("contacts_releves", []), dirigeant=False)
    anciens = anciens.exclude(entreprise__in=Contact.objects.filter(dirigeant=True).values("entreprise"))
    # Un par entreprise : l'import n'en relève jamais deux de la même.
    fiches = set(anciens.values_list("entreprise", flat=True))
    Contact.objects.filter(pk__in=list(anciens.values_list("pk", flat=True))).update(dirigeant=True)
    return touchees | fiches


def _retablir(modele, modifies, bilan):
    """Rend leurs valeurs d'avant aux fiches, là où l'import a eu le dernier mot ; rend les entreprises touchées."""
    lignes = modele.objects.select_for_update(of=("self",)).filter(pk__in=modifies)
    changees, champs = [], set()
    for fiche in lignes:
        perimes = []
        for nom, (avant, apres) in modifies[str(fiche.pk)].items():
            if en_json(getattr(fiche, nom)) == apres:
                champ = modele._meta.get_field(nom.removesuffix("_id"))
                setattr(fiche, nom, champ.to_python(avant) if champ.remote_field is None else avant)
                champs.add(champ.name)
            else:
                perimes.append(str(modele._meta.get_field(nom.removesuffix("_id")).verbose_name))
        if perimes:
            bilan.garder(getattr(fiche, "entreprise_id", fiche.pk), f"valeurs modifiées depuis : {', '.join(perimes)}")
        if len(perimes) < len(modifies[str(fiche.pk)]):
            changees.append(fiche)
    return _reecrire(modele, changees, champs)


def _reecrire(modele, fiches, champs):
    """Récrit ces fiches ; rend les entreprises dont elles sont."""
    for fiche in fiches:
        fiche.version += 1
    recrire(fiches, champs | {"version"})
    return {fiche.entreprise_id if modele is Contact else fiche.pk for fiche in fiches}


def _recomposer(cles):
    """Le texte où l'on cherche ces fiches, leurs contacts revenus."""
    fiches = list(Entreprise.objects.filter(pk__in=cles).select_related("commune").prefetch_related("contacts"))
    for fiche in fiches:
        fiche.recherche = fiche.composer_recherche()
    recrire(fiches, {"recherche"})
