"""Effacer une personne de tout un réseau, à sa demande : ses fiches, les phrases qui la nomment, les papiers qui la portent.

Ce que `citations` et `papiers_nominatifs` montrent est ce qui s'efface. Le sûr s'efface toujours ; le possible, si un humain le
dit. Les chiffres ne bougent pas, et le journal ne retient que des nombres.
"""

from collections import defaultdict

from django.db import transaction
from django.db.models import EmailField, JSONField

from entreprises.enums import EtatImport
from entreprises.models import Contact, Document, Import, LotEcrit
from entreprises.operations import traces
from entreprises.recherche import rafraichir
from reseau import expedition
from reseau.enums import EtatPli, Geste
from reseau.lib.erreurs import exiger
from reseau.lib.identite import Certitude, reencoder
from reseau.lib.personnel import Sort
from reseau.models import Membre, Pli, Reseau, Signataire, Utilisateur
from reseau.operations import noter
from suivi import diffusion
from suivi.citations import chercher, retrouver
from suivi.models import CompteRenduFige, TableauFige
from suivi.operations.anonymisations import anonymiser_un_membre, de_plus, effacer_sans_trace, vide
from suivi.operations.figes import refiger
from suivi.papiers_nominatifs import papiers_de, texte_de
from visites.models import DemandeDeVisite, EnvoiDeLettre, PdfFige

PHRASES, TOUT, GARDER = "phrases", "tout", "garder"
RAISON = "Effacé à la demande de son destinataire."
SUPPRIMEES = (Contact, DemandeDeVisite)
A_PART = (Membre, Utilisateur, *SUPPRIMEES)  # leur fiche a son geste


@transaction.atomic
def effacer(reseau, identite, *, par, instant, le, choix=None):
    """Efface de ce réseau la personne de cette `Identite` ; rend {« fiches » : n, « textes » : n, « papiers » : n}.

    `choix` : clé d'un passage ou d'un papier → `PHRASES`, `TOUT` ou `GARDER` ; à défaut, le sûr perd ses phrases et le possible
    reste. `RegleEnfreinte` si elle est membre et n'est pas partie, ou préfet en fonction.
    """
    Reseau.objects.select_for_update(no_key=True).get(pk=reseau.pk)
    personne = retrouver(reseau, identite)
    trouvailles = chercher(personne)
    gestes = _Gestes(choix or {})
    papiers = [papier for papier in papiers_de(personne, trouvailles) if gestes.sur(papier) != GARDER]
    retenus = [passage for passage in trouvailles.passages if gestes.sur(passage) != GARDER]
    effacer_sans_trace()
    _retirer_les_courriels(personne, retenus, papiers, instant)
    entreprises = _supprimer_les_fiches(personne, retenus, le)
    for (modele, pk), siens in _par_ligne(retenus).items():
        _ecrire(modele, pk, siens, personne, gestes)
    rafraichir(entreprises | personne.entreprises)
    for papier in papiers:
        TRAITER[papier.modele](papier, personne, instant)
    bilan = {"fiches": len({(p.modele, p.pk) for p in retenus if p.entier}), "textes": 0, "papiers": len(papiers)}
    bilan["textes"] = sum(not passage.entier for passage in retenus)
    noter(par, Geste.EFFACEMENT, "droits des personnes", nombre=max(sum(bilan.values()), 1), precision=en_mots(bilan))
    return bilan


def en_mots(bilan):
    """« 2 fiches, 12 textes, 3 papiers »."""
    return ", ".join(f"{nombre} {mot}" for mot, nombre in bilan.items())


class _Gestes:
    """Ce qu'on fait de chaque passage : ce qui est sûr ne se garde pas."""

    def __init__(self, choix):
        self.choix = choix

    def sur(self, trouve):
        choisi = self.choix.get(trouve.cle, PHRASES if trouve.sure else GARDER)
        return PHRASES if trouve.sure and choisi == GARDER else choisi


def _par_ligne(passages):
    lignes = defaultdict(list)
    for passage in passages:
        if not (passage.entier and passage.modele in A_PART):
            lignes[passage.modele, passage.pk].append(passage)
    return lignes


def _supprimer_les_fiches(personne, retenus, le):
    """Contacts et demandes disparaissent, membres perdent leur nom ; rend les entreprises dont la recherche change."""
    touchees = {passage.entreprise for passage in retenus if passage.entreprise}
    fiches = {(passage.modele, passage.pk) for passage in retenus if passage.entier}
    for membre in Membre.objects.filter(pk__in=[pk for modele, pk in fiches if modele is Membre]).select_related("utilisateur"):
        anonymiser_un_membre(membre, le=le)
    prefets = Signataire.objects.filter(pk__in=[pk for modele, pk in fiches if modele is Signataire])
    exiger(
        not prefets.filter(fin_le=None).exists(),
        "Cette personne signe encore les lettres : datez d’abord la fin de ses fonctions.",
    )
    prefets.update(signature=None)
    for suppression in SUPPRIMEES:
        suppression.objects.filter(pk__in=[pk for modele, pk in fiches if modele is suppression]).delete()
    return touchees


def _ecrire(modele, pk, passages, personne, gestes):
    """Réécrit les champs de cette ligne qui la nomment ; la ligne a pu disparaître avec une fiche."""
    lignes = modele._base_manager.filter(pk=pk)
    actuelles = lignes.values(*(passage.champ for passage in passages)).first()
    if actuelles:
        neuves = {p.champ: _sans_elle(p, actuelles[p.champ], personne, gestes.sur(p)) for p in passages}
        lignes.update(**neuves, **de_plus(modele))


def _sans_elle(passage, valeur, personne, geste):
    champ = passage.modele._meta.get_field(passage.champ)
    contexte, seuil = personne.contexte(passage.entreprise), Certitude(min(passage.certitude, Certitude.SURE))
    if isinstance(champ, JSONField) and isinstance(valeur, list) and all(isinstance(partie, str) for partie in valeur):
        return [partie for partie in valeur if personne.identite.reconnue(partie, contexte) < seuil]
    if isinstance(champ, JSONField):
        return personne.identite.taire_dans(valeur, contexte, seuil)
    if passage.sort is Sort.ENCODE:
        return reencoder(valeur, lambda texte: personne.identite.taire(texte, contexte, seuil))
    remplace = vide(passage.modele, passage.champ)
    if passage.entier or geste == TOUT or not remplace or isinstance(champ, EmailField):
        return remplace
    return personne.identite.taire(valeur, contexte, seuil)[: champ.max_length]


def _retirer_les_courriels(personne, retenus, papiers, instant):
    """Ce qui allait partir vers elle, ou porter un papier qui la nomme, ne part plus ; ce qu'il portait s'efface."""
    lettres = [papier.pk for papier in papiers if papier.modele is PdfFige]
    plis = {passage.pk for passage in retenus if passage.modele is Pli}
    plis |= set(EnvoiDeLettre.objects.filter(courrier__fige__in=lettres, pli__isnull=False).values_list("pli", flat=True))
    restes = Pli.objects.filter(pk__in=plis).exclude(etat__in=[EtatPli.PARTI, EtatPli.EN_COURS])
    expedition.retirer(restes, raison=RAISON, maintenant=instant)


def _detruire_la_lettre(papier, personne, instant):
    PdfFige.objects.filter(pk=papier.pk).update(pdf=b"", detruit_le=instant)


def _refiger_le_tableau(papier, personne, instant):
    tableau = TableauFige.objects.select_related("reseau").get(pk=papier.pk)
    contexte = personne.contexte(papier.entreprise)
    refiger(tableau, personne.identite.taire_dans(tableau.contenu, contexte, papier.certitude), instant=instant)


def _refiger_le_compte_rendu(papier, personne, instant):
    fige = CompteRenduFige.objects.select_related("reunion__reseau").get(pk=papier.pk)
    contexte = personne.contexte(papier.entreprise)
    diffusion.refiger(fige, lambda texte: personne.identite.taire(texte, contexte, papier.certitude), instant=instant)


def _supprimer_le_document(papier, personne, instant):
    Document.objects.filter(pk=papier.pk).delete()


def _alleger_l_import(papier, personne, instant):
    """Ses lignes quittent le fichier des rejets ; un classeur encore à confirmer est abandonné."""
    depot = Import.objects.get(pk=papier.pk)
    if depot.a_confirmer:
        Import.objects.filter(pk=depot.pk).update(contenu=b"", etat=EtatImport.ABANDONNE)
        return
    lignes = texte_de(depot.contenu).splitlines(keepends=True)
    gardees = "".join(ligne for ligne in lignes if personne.identite.reconnue(ligne) < papier.certitude)
    Import.objects.filter(pk=depot.pk).update(contenu=gardees.encode("utf-8-sig"))


def _recrire_la_trace(papier, personne, instant):
    lot = LotEcrit.objects.get(pk=papier.pk)
    lot.avant = traces.comprimer(personne.identite.taire_dans(traces.relire(lot)))
    lot.save(update_fields=["avant"])


TRAITER = {
    PdfFige: _detruire_la_lettre,
    TableauFige: _refiger_le_tableau,
    CompteRenduFige: _refiger_le_compte_rendu,
    Document: _supprimer_le_document,
    Import: _alleger_l_import,
    LotEcrit: _recrire_la_trace,
}
