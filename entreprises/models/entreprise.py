"""L'entreprise (l'établissement que l'on visite), ses contacts, et qui peut la voir."""

from collections import Counter
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from stdnum.fr import siret as numero_siret

from entreprises.enums import BORNES, Etat, OrigineAcces, Tranche
from entreprises.models.cible import LigneDeCible
from entreprises.models.recherche import Mot, Mots, Requete, ecart
from entreprises.models.reference import Activite, Commune
from reseau.droits import SIENS, portee
from reseau.enums import Civilite
from reseau.lib.recherche import cle_de_recherche, mots_tapes
from reseau.models import Versionne

EN_TETE = 10  # fiches qu'une faute de frappe ne doit pas repousser plus bas
CERCLES = (2, 4)  # écarts (voir `ecart`) au-delà desquels un mot se lit après les autres
LUES = 1_000  # fiches voisines lues pour choisir ces têtes
RECHERCHE_MAX = 1_200  # lettres : une ligne d'index de PostgreSQL n'en admet guère plus du double


def valider_siret(valeur):
    """Lève `ValidationError` si la clé de contrôle (Luhn, La Poste exceptée) est fausse."""
    if not numero_siret.is_valid(valeur):
        raise ValidationError("Ce numéro n’est pas un SIRET : quatorze chiffres, dont une clé de contrôle.")


# Les critères d'une cible qui se lisent tels quels dans un champ.
CRITERES_DIRECTS = {
    "zones_emploi": "commune__zone_emploi",
    "arrondissements": "commune__arrondissement",
    "epci": "commune__epci",
    "filieres": "filiere",
}


def d_effectif(tranches):
    """Condition : d'une de ces tranches, par le nombre connu d'abord, par la tranche de l'Insee quand il manque."""
    choix = Q(effectif=None, tranche_effectif__in=tranches)
    for code in tranches:
        if code in BORNES:
            choix |= Q(effectif__range=BORNES[code])
    return choix


def _termes(tapes, voisins):
    """Par mot tapé, lui puis ses voisins, en entier."""
    return tuple(tuple((mot, False) for mot in (tape, *sorted(voisins.get(tape, ())))) for tape in tapes)


class EntrepriseQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Celles du réseau, moins ses déports ; pour un associé, celles où il est sollicité."""
        entreprises = self.filter(reseau=membre.reseau).distinctes()
        entreprises = entreprises.exclude(pk__in=Deport.objects.filter(membre=membre).values("entreprise"))
        if portee(membre, "entreprises.voir") is SIENS:
            entreprises = entreprises.filter(pk__in=Acces.objects.filter(membre=membre).values("entreprise"))
        return entreprises

    def distinctes(self):
        """Sans les doublons, fusionnés dans une autre fiche."""
        return self.filter(fusionnee_dans=None)

    def actives(self):
        return self.distinctes().filter(etat=Etat.ACTIF)

    def sollicitables(self, le):
        """En activité et pas mises à l'abri par « ne plus solliciter jusqu'au »."""
        return self.actives().filter(Q(ne_plus_solliciter_jusqu_au=None) | Q(ne_plus_solliciter_jusqu_au__lt=le))

    def cherche(self, texte):
        """Tous les mots tapés, chacun au début d'un mot de la fiche, ou à une faute près (deux dès neuf lettres).

        Dans le nom, l'enseigne, la commune, les contacts, le SIRET. Joue deux requêtes dès l'appel : les mots voisins, et une
        fiche, parmi celles déjà retenues, pour chacun des plus proches.
        `par_pertinence` range ensuite ce qui est trouvé.
        """
        tapes = mots_tapes(texte)
        if not tapes:
            return self
        voisins = Mot.objects.voisins(tapes)
        exacts = tuple(((mot, False),) for mot in tapes)
        fautifs = _termes(tapes, voisins)
        # Une lettre seule ne commence pas la moitié des mots du département : elle se cherche telle quelle.
        larges = tuple(((mot, len(mot) > 1), *termes[1:]) for mot, termes in zip(tapes, fautifs, strict=True))
        tetes = self._tetes(tapes, voisins)
        rangs = [
            *(Q(recherche__mots=Requete(exacts, nom=nom)) for nom in (True, False)),
            *(Q(pk=cle) for cle in tetes),
            *(Q(recherche__mots=Requete(fautifs, nom=nom)) for nom in (True, False)),
        ]
        ordre = Case(*(When(condition, then=rang) for rang, condition in enumerate(rangs)), default=len(rangs))
        return self.filter(recherche__mots=Requete(larges)).alias(pertinence=ordre)

    def _tetes(self, tapes, voisins):
        """`EN_TETE` clés : une fiche pour chacun des mots les plus proches de ce qui est tapé, le plus proche d'abord.

        Sans quoi un nom répandu cacherait, à une lettre près, la seule fiche que l'on cherche. Une clé 0 tient une place vide.
        """
        # Les mots les plus proches d'abord : « bois », porté partout, ne doit pas remplir la lecture avant « jolis ».
        cercles = [{tape: {mot for mot in voisins[tape] if ecart(tape, mot) <= seuil} for tape in voisins} for seuil in CERCLES]
        requetes = [Requete(_termes(tapes, cercle), nom=True) for cercle in (*cercles, voisins)]
        cercle = Case(*(When(recherche__mots=requete, then=rang) for rang, requete in enumerate(requetes)))
        fiches = self.filter(recherche__mots=requetes[-1]).order_by(cercle, "recherche", "pk")
        premieres, portes = {}, Counter()
        for cle, texte in fiches.values_list("pk", "recherche")[:LUES]:
            mots = set(texte.partition(" / ")[0].split())
            lus = tuple(min(mots & {tape, *autres}, key=partial(ecart, tape), default=tape) for tape, autres in voisins.items())
            premieres.setdefault(lus, cle)
            portes[lus] += 1
        ordre = sorted(premieres, key=lambda lus: (sum(map(ecart, voisins, lus)), -portes[lus], lus))
        tetes = [premieres[lus] for lus in ordre[:EN_TETE]]
        return tetes + [0] * (EN_TETE - len(tetes))

    def par_pertinence(self):
        """Après `cherche` : les mots exacts, puis à une faute près, puis les débuts ; à rang égal, le nom de la fiche d'abord."""
        rang = ["pertinence"] if "pertinence" in self.query.annotations else []
        return self.order_by(*rang, "recherche", "pk")

    def selon(self, criteres):
        """Les entreprises répondant à tous les critères d'une cible (voir `Cible.criteres`) ; un critère vide admet tout."""
        entreprises = self
        for critere, champ in CRITERES_DIRECTS.items():
            if valeurs := criteres.get(critere):
                entreprises = entreprises.filter(**{f"{champ}__in": valeurs})
        if divisions := criteres.get("divisions"):
            entreprises = entreprises.des_divisions(divisions)
        if tranches := criteres.get("tranches"):
            entreprises = entreprises.des_tranches(tranches)
        if etiquettes := criteres.get("etiquettes"):
            posees = Entreprise.etiquettes.through.objects.filter(etiquette__in=etiquettes)
            entreprises = entreprises.filter(pk__in=posees.values("entreprise"))
        return entreprises

    def des_zones(self, codes):
        """Situées dans l'une de ces zones d'emploi."""
        return self.filter(commune__in=Commune.objects.filter(zone_emploi__in=codes).values("pk"))

    def des_divisions(self, codes):
        """De ces divisions d'activité ; la NAF 2025 ne parle que si la NAF rév. 2 se tait."""
        activites = Activite.objects.filter(division__in=codes).values("pk")
        return self.filter(Q(naf__in=activites) | Q(naf=None, naf_2025__in=activites))

    def des_tranches(self, codes):
        """De cet effectif : le nombre connu fait foi, et la tranche de l'Insee quand il manque (voir `effectif_dit`)."""
        return self.filter(d_effectif(codes))

    def etiquetees(self, etiquette):
        return self.filter(pk__in=Entreprise.etiquettes.through.objects.filter(etiquette=etiquette).values("entreprise"))

    def filieres(self):
        """Les filières nommées, une fois chacune, par ordre alphabétique."""
        return self.exclude(filiere="").order_by("filiere").values_list("filiere", flat=True).distinct()

    def de_la_cible(self, cible):
        """Sur la liste figée de cette cible, sans les écartées."""
        lignes = LigneDeCible.objects.retenues().filter(cible=cible)
        return self.filter(pk__in=lignes.values("entreprise"))

    def par_taille(self, *, decroissant=False):
        """Triées par effectif : le nombre connu, sinon le bas de la tranche ; les inconnues toujours à la fin."""
        planchers = [When(tranche_effectif=code, then=Value(plancher)) for code, (plancher, _) in BORNES.items()]
        taille = Coalesce("effectif", Case(*planchers, output_field=models.PositiveIntegerField()))
        ordre = taille.desc(nulls_last=True) if decroissant else taille.asc(nulls_last=True)
        return self.order_by(ordre, "recherche", "pk")

    def dans_l_ordre(self, cles):
        """Les fiches de ces clés, dans leur ordre ; la page d'une longue liste se choisit d'abord par ses clés."""
        fiches = self.in_bulk(list(cles))
        return [fiches[cle] for cle in cles if cle in fiches]

    def avec_references(self):
        return self.select_related("commune__zone_emploi", "naf")


# Ce que les filtres de la liste lisent sur la fiche même.
COMPTES = ("commune", "naf", "naf_2025", "effectif", "tranche_effectif", "etat", "diffusible")


def _index(nom, *champs):
    """Les fiches distinctes d'un réseau. `fusionnee_dans` y figure pour SQLite, qui la relit malgré la condition."""
    fin = [champ for champ in ("id", "fusionnee_dans") if champ not in champs]
    return models.Index(fields=["reseau", *champs, *fin], name=nom, condition=Q(fusionnee_dans=None))


class Entreprise(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="entreprises")
    siret = models.CharField("SIRET", max_length=14, validators=[valider_siret])
    raison_sociale = models.CharField(max_length=200)
    enseigne = models.CharField(max_length=100, blank=True)
    naf = models.ForeignKey("entreprises.Activite", models.PROTECT, null=True, blank=True, verbose_name="activité (NAF rév. 2)")
    naf_2025 = models.ForeignKey(
        "entreprises.Activite",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="activité (NAF 2025)",
    )
    tranche_effectif = models.CharField("tranche d’effectif", max_length=2, choices=Tranche, blank=True)
    effectif = models.PositiveIntegerField("effectif", null=True, blank=True)
    adresse = models.CharField("numéro et voie", max_length=120, blank=True)
    complement = models.CharField("complément d’adresse", max_length=120, blank=True)
    code_postal = models.CharField(max_length=5, blank=True)
    commune = models.ForeignKey("entreprises.Commune", models.PROTECT, null=True, blank=True)
    ville = models.CharField("ville écrite sur l’enveloppe", max_length=80, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    courriel = models.EmailField(blank=True)
    site = models.CharField("site internet", max_length=200, blank=True, validators=[URLValidator(["http", "https"])])
    filiere = models.CharField("filière", max_length=60, blank=True)
    etat = models.CharField("état administratif", max_length=10, choices=Etat, default=Etat.ACTIF)
    diffusible = models.BooleanField(
        default=True, help_text="Non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée."
    )
    ne_plus_solliciter_jusqu_au = models.DateField("ne plus solliciter jusqu’au", null=True, blank=True)
    ne_plus_solliciter_motif = models.CharField("pourquoi", max_length=200, blank=True)
    etiquettes = models.ManyToManyField(
        "entreprises.Etiquette", blank=True, related_name="entreprises", verbose_name="étiquettes"
    )
    fusionnee_dans = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="absorbees", verbose_name="fusionnée dans"
    )
    recherche = models.TextField(editable=False, blank=True)
    cree_le = models.DateTimeField("créée le", auto_now_add=True)

    objects = EntrepriseQuerySet.as_manager()

    class Meta:
        ordering = ["raison_sociale", "pk"]
        indexes = [
            # Les fiches fusionnées n'y sont pas, et la base trouve dans l'index tout ce que la liste compte, filtre et range.
            _index("entreprise_distincte"),
            _index("entreprise_par_nom", "recherche", "id", *COMPTES),
            _index("entreprise_par_commune", "commune"),
            _index("entreprise_par_activite", "naf", "naf_2025"),
            _index("entreprise_par_taille", "effectif", "tranche_effectif"),
            models.Index(fields=["reseau", "filiere"], name="entreprise_par_filiere", condition=~Q(filiere="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "siret"],
                name="entreprise_siret_unique",
                violation_error_message="Ce SIRET est déjà dans le réseau.",
            ),
            models.CheckConstraint(
                condition=Q(siret__regex=r"^[0-9]{14}$"),
                name="entreprise_siret_en_chiffres",
                violation_error_message="Un SIRET compte quatorze chiffres.",
            ),
        ]

    def __str__(self):
        return self.raison_sociale

    def get_absolute_url(self):
        return reverse("entreprises:fiche", args=[self.reseau.slug, self.pk])

    @property
    def siren(self):
        return self.siret[:9]

    @property
    def effectif_dit(self):
        """L'effectif connu, sinon sa tranche, en mots."""
        if self.effectif is not None:
            return f"{self.effectif}\u00a0salarié{'s' if self.effectif > 1 else ''}"
        return self.get_tranche_effectif_display() or "effectif inconnu"

    def sollicitable(self, le):
        """En activité et pas mise à l'abri ce jour-là ; la même règle que `EntrepriseQuerySet.sollicitables`."""
        abri = self.ne_plus_solliciter_jusqu_au
        return self.etat == Etat.ACTIF and (abri is None or abri < le)

    def composer_recherche(self, contacts=None):
        """Texte sans accents ni casse où l'on cherche, le nom d'abord ; à recalculer avant chaque enregistrement.

        « nom enseigne / siret commune contacts » : voir `entreprises/index.py`. `contacts` : à défaut, ceux de la base.
        """
        if contacts is None:
            contacts = self.contacts.all() if self.pk else ()
        commune = self.commune.nom if self.commune_id else ""
        personnes = [mot for contact in contacts for mot in (contact.prenom, contact.nom)]
        nom = cle_de_recherche(f"{self.raison_sociale} {self.enseigne}")
        abords = cle_de_recherche(" ".join([self.siret, commune, self.ville, *personnes]))
        return f"{nom} / {' '.join(dict.fromkeys(abords.split()))}"[:RECHERCHE_MAX]


Entreprise._meta.get_field("recherche").register_lookup(Mots)


class Contact(Versionne):
    """Une personne de l'entreprise ; au plus un dirigeant, à qui la lettre du préfet s'adresse."""

    entreprise = models.ForeignKey(Entreprise, models.CASCADE, related_name="contacts")
    civilite = models.CharField("civilité", max_length=3, choices=Civilite, blank=True)
    prenom = models.CharField("prénom", max_length=80, blank=True)
    nom = models.CharField(max_length=80)
    fonction = models.CharField(max_length=100, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    courriel = models.EmailField(blank=True)
    dirigeant = models.BooleanField("c’est le dirigeant", default=False)

    class Meta:
        ordering = ["-dirigeant", "nom", "prenom", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entreprise"],
                condition=Q(dirigeant=True),
                name="contact_un_seul_dirigeant",
                violation_error_message="L’entreprise a déjà un dirigeant.",
            )
        ]

    def __str__(self):
        return " ".join(mot for mot in (self.civilite, self.prenom, self.nom) if mot)


class Deport(models.Model):
    """Un membre se déporte d'une entreprise : il ne la voit plus et ne peut plus y être affecté."""

    entreprise = models.ForeignKey(Entreprise, models.CASCADE, related_name="deports")
    membre = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="deports")
    motif = models.CharField(max_length=200)
    le = models.DateField("décidé le")

    class Meta:
        verbose_name = "déport"
        constraints = [
            models.UniqueConstraint(
                fields=["entreprise", "membre"],
                name="deport_unique",
                violation_error_message="Ce déport est déjà enregistré.",
            )
        ]

    def __str__(self):
        return f"{self.membre} se déporte"


class AccesQuerySet(models.QuerySet):
    def d_une_action(self, depuis):
        """Ouverts par une action encore en cours, ou close depuis ce jour."""
        return self.filter(Q(clos_le=None) | Q(clos_le__gt=depuis), origine=OrigineAcces.ACTION)


class Acces(models.Model):
    """Quelle entreprise voit un développeur associé ; écrit par les opérations de `visites` et de `suivi`.

    `clos_le` : depuis quand il n'y mène plus d'action. Il la voit encore : ses actions closes restent siennes.
    """

    entreprise = models.ForeignKey(Entreprise, models.CASCADE, related_name="acces")
    membre = models.ForeignKey("reseau.Membre", models.CASCADE, related_name="acces")
    origine = models.CharField(max_length=20, choices=OrigineAcces)
    clos_le = models.DateField("close le", null=True, blank=True)

    objects = AccesQuerySet.as_manager()

    class Meta:
        verbose_name = "accès"
        verbose_name_plural = "accès"
        constraints = [models.UniqueConstraint(fields=["entreprise", "membre", "origine"], name="acces_unique")]

    def __str__(self):
        return f"{self.membre} : {self.get_origine_display()}"
