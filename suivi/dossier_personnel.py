"""Le dossier d'une personne : tout ce que le réseau garde d'elle, composé pour qui le lit, à montrer ou à lui remettre.

Ce dont ce lecteur se déporte n'y est pas, ni la partie réservée s'il est d'une institution régalienne : l'adjoint complète.
"""

import json
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from zipfile import ZIP_DEFLATED, ZipFile

from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Deport, Entreprise
from reseau.lib.identite import textes_de
from reseau.lib.pdf import rendre_pdf
from reseau.models import Journal, Membre, Pli
from suivi.citations import Passage, Personne, Trouvailles, chercher, genre_de, retrouver
from suivi.models import Brouillon, CompteRenduFige, TableauFige
from suivi.papiers_nominatifs import Papier, papiers_de
from visites.models import PartieReservee, PdfFige

# Où l'on corrige : modèle → (adresse, chemin de la clé qu'elle attend).
OU_CORRIGER = {
    "entreprises.contact": ("entreprises:contact-modifier", "pk"),
    "entreprises.entreprise": ("entreprises:modifier", "pk"),
    "entreprises.sollicitation": ("entreprises:sollicitation-modifier", "pk"),
    "entreprises.document": ("entreprises:documents", "entreprise"),
    "reseau.membre": ("reseau:membre", "pk"),
    "reseau.institution": ("reseau:institution-modifier", "pk"),
    "reseau.signataire": ("reseau:signataire-modifier", "pk"),
    "reseau.reunion": ("suivi:reunion", "pk"),
    "reseau.expose": ("suivi:reunion", "reunion"),
    "reseau.presence": ("suivi:reunion", "reunion"),
    "visites.visite": ("visites:visite", "pk"),
    "visites.courrier": ("visites:courrier", "pk"),
    "visites.demandedevisite": ("visites:demande", "pk"),
    "visites.compterendu": ("suivi:compte-rendu-lire", "visite"),
    "visites.partiereservee": ("suivi:compte-rendu-lire", "compte_rendu__visite"),
    "visites.reponse": ("suivi:compte-rendu-lire", "compte_rendu__visite"),
    "visites.invitation": ("visites:visite", "visite"),
    "suivi.projet": ("suivi:projet-modifier", "pk"),
    "suivi.action": ("suivi:action", "pk"),
    "suivi.mouvementdaction": ("suivi:action", "action"),
    "suivi.messagedaction": ("suivi:action", "action"),
    "suivi.besoincommun": ("suivi:besoin", "pk"),
    "suivi.lettredesuites": ("suivi:suites", "visite"),
    "suivi.evaluation": ("suivi:evaluation", "pk"),
    "suivi.point": ("suivi:reunion", "reunion"),
}
JOURNAL_MAX = 5_000
INCOMPLET = (
    "Ce dossier est composé pour vous : ce dont vous vous déportez n’y est pas, ni la partie réservée si votre institution "
    "exerce un contrôle. Un adjoint en remettra le complément."
)


@dataclass(frozen=True)
class Ligne:
    """Une ligne de la base, en mots : ce qu'elle est, où on la corrige, ses passages."""

    genre: str
    adresse: str
    passages: list[Passage]

    @property
    def cle(self):
        return self.passages[0].cle

    @property
    def sure(self):
        return self.passages[0].sure

    @property
    def resume(self):
        return " / ".join(passage.resume for passage in self.passages)


@dataclass
class Dossier:
    """`ailleurs` : vrai si ce lecteur n'en voit peut-être pas tout."""

    personne: Personne
    fiches: list[Ligne] = field(default_factory=list)
    textes: list[Ligne] = field(default_factory=list)
    papiers: list[Papier] = field(default_factory=list)
    ailleurs: bool = False

    @property
    def vide(self):
        return not (self.fiches or self.textes or self.papiers)

    @property
    def a_trancher(self):
        """Ce qu'un homonyme expliquerait : passages et papiers que l'animateur doit juger."""
        fiches = [ligne for ligne in self.fiches if not ligne.sure]
        textes = [passage for ligne in self.textes for passage in ligne.passages if not passage.sure]
        return [*fiches, *textes, *(papier for papier in self.papiers if not papier.sure)]

    def sans_les_possibles(self):
        """Le même, réduit à ce qui est sûrement d'elle : ce qu'on lui remet."""
        sures = [[ligne for ligne in lignes if ligne.sure] for lignes in (self.fiches, self.textes)]
        return Dossier(self.personne, *sures, [papier for papier in self.papiers if papier.sure], self.ailleurs)


def composer(reseau, identite, lecteur):
    """Le `Dossier` de cette identité, tel que ce membre peut le lire."""
    personne = retrouver(reseau, identite)
    trouvailles = chercher(personne)
    deports = set(Deport.objects.filter(membre=lecteur).values_list("entreprise", flat=True))
    vus = Trouvailles(
        *([p for p in passages if _lisible(p, lecteur, deports)] for passages in (trouvailles.fiches, trouvailles.textes))
    )
    papiers = [papier for papier in papiers_de(personne, vus) if _papier_lisible(papier, deports)]
    fiches, textes = (_lignes(passages, reseau) for passages in (vus.fiches, vus.textes))
    return Dossier(personne, fiches, textes, papiers, ailleurs=bool(deports) or lecteur.institution.regalienne)


def en_zip(dossier, *, lecteur, instant):
    """Octets du dossier à remettre : un PDF à lire, un JSON à reprendre, les lettres qui lui étaient adressées."""
    sur = dossier.sans_les_possibles()
    tampon = BytesIO()
    with ZipFile(tampon, "w", ZIP_DEFLATED) as archive:
        archive.writestr("dossier.pdf", _pdf(sur, lecteur, instant))
        archive.writestr("dossier.json", json.dumps(en_json(sur, instant), ensure_ascii=False, indent=1))
        lettres = [papier.pk for papier in sur.papiers if papier.modele is PdfFige]
        for fige in PdfFige.objects.filter(pk__in=lettres).select_related("courrier").order_by("pk").iterator(20):
            archive.writestr(f"lettre-{fige.courrier.reference}.pdf", bytes(fige.pdf))
    return tampon.getvalue()


def en_json(dossier, instant):
    """Le même dossier, à relire par une machine : noms de modèles et de champs, valeurs entières."""
    return {
        "compose_le": instant.isoformat(),
        "fiches": [_ligne_en_json(ligne) for ligne in dossier.fiches],
        "textes": [_ligne_en_json(ligne) for ligne in dossier.textes],
        "papiers": [_papier_en_json(papier) for papier in dossier.papiers],
        "journal": journal_de(dossier.personne),
    }


def journal_de(personne):
    """De qui fut membre : ce qu'il a lu, exporté ou modifié, tel que le journal le garde."""
    lignes = Journal.objects.filter(membre__in=personne.membres).order_by("-le", "-pk")[:JOURNAL_MAX]
    return [{"le": ligne.le.isoformat(), "geste": ligne.get_geste_display(), "objet": ligne.objet_dit} for ligne in lignes]


def parts(passage):
    """[(libellé, texte)] à montrer d'un passage : le champ, puis chacun de ses textes en entier."""
    champ = passage.modele._meta.get_field(passage.champ)
    textes = passage.textes if passage.modele is not Pli else [t for t in textes_de(passage.valeur) if t]
    return [(str(champ.verbose_name), texte) for texte in textes]


def _papier_en_json(papier):
    return {"genre": str(papier.modele._meta.verbose_name), "libelle": papier.libelle, "extraits": list(papier.extraits)}


def _ligne_en_json(ligne):
    champs = {passage.champ: passage.textes if len(passage.textes) != 1 else passage.textes[0] for passage in ligne.passages}
    premier = ligne.passages[0]
    return {"genre": ligne.genre, "modele": premier.modele._meta.label_lower, "numero": premier.pk, **champs}


def _lisible(passage, lecteur, deports):
    if passage.entreprise in deports or (deports and passage.modele is Pli):
        return False
    return not (lecteur.institution.regalienne and passage.modele in (PartieReservee, Brouillon))


def _papier_lisible(papier, deports):
    """Un papier figé peut nommer plusieurs entreprises : qui se déporte d'une seule n'en lit aucun."""
    return papier.entreprise not in deports and not (deports and papier.modele in (TableauFige, CompteRenduFige))


def _lignes(passages, reseau):
    """Les passages réunis par ligne de la base, dans l'ordre où ils furent trouvés ; une requête par modèle pour les adresses."""
    rangees = [list(groupe) for _, groupe in groupby(passages, key=lambda p: (p.modele, p.pk, p.certitude))]
    adresses = _adresses({(groupe[0].modele, groupe[0].pk) for groupe in rangees}, reseau)
    return [
        Ligne(genre_de(groupe[0].modele), adresses.get((groupe[0].modele, groupe[0].pk), _fiche(groupe[0], reseau)), groupe)
        for groupe in rangees
    ]


def _adresses(lignes, reseau):
    trouvees = {}
    for modele in {modele for modele, _ in lignes}:
        if modele._meta.label_lower in OU_CORRIGER:
            nom, chemin = OU_CORRIGER[modele._meta.label_lower]
            cles = [pk for autre, pk in lignes if autre is modele]
            for pk, cle in modele._base_manager.filter(pk__in=cles).values_list("pk", chemin):
                trouvees[modele, pk] = reverse(nom, args=[reseau.slug, cle])
    return trouvees


def _fiche(passage, reseau):
    """À défaut d'un écran à lui : la fiche de l'entreprise dont il parle."""
    return reverse("entreprises:fiche", args=[reseau.slug, passage.entreprise]) if passage.entreprise else ""


def _pdf(dossier, lecteur, instant):
    parties = [
        (titre, [(ligne.genre, [part for passage in ligne.passages for part in parts(passage)]) for ligne in lignes])
        for titre, lignes in (("Vos fiches", dossier.fiches), ("Les textes qui vous citent", dossier.textes))
    ]
    entreprises = Entreprise.objects.filter(pk__in=dossier.personne.entreprises).order_by("raison_sociale")
    contexte = {
        "nom_reseau": lecteur.reseau.nom,
        "reseau": lecteur.reseau,
        "le": localdate(instant),
        "parties": parties,
        "papiers": dossier.papiers,
        "journal": journal_de(dossier.personne)[:200],
        "entreprises": entreprises,
        "membres": Membre.objects.filter(pk__in=dossier.personne.membres).select_related("institution"),
        "incomplet": INCOMPLET if dossier.ailleurs else "",
    }
    return rendre_pdf("pdf/dossier_personnel.html", contexte, titre="Ce que le réseau garde sur vous", date=instant)
