"""Les listes que partagent les formulaires d'une page : lues une fois, quel que soit le nombre de projets et d'actions."""

from functools import cached_property
from itertools import groupby

from django import forms

from reseau.enums import Pole
from reseau.models import Institution, Membre
from suivi.gestes import SANS_ACTION
from visites.concurrences import concurrentes_de


class Choix:
    """Ce que l'on peut choisir à propos d'une entreprise : les membres actifs qui ne s'en déportent pas, les organismes.

    Sans entreprise (`None`, des actions de plusieurs dossiers), l'opération seule refuse un membre qui se déporte.

    `propose` : le membre proposé d'office pour suivre (le visiteur), et `raison`, pourquoi lui.
    """

    def __init__(self, membre, entreprise, le, propose=None, raison=""):
        self.membre, self.entreprise, self.le = membre, entreprise, le
        self.propose, self.raison = propose, raison

    @property
    def responsables(self):
        """QuerySet de ceux qui peuvent mener une action."""
        actifs = Membre.objects.visibles_par(self.membre).actifs(self.le).exclude(role__in=SANS_ACTION)
        return actifs.exclude(deports__entreprise=self.entreprise) if self.entreprise else actifs

    @property
    def interlocuteurs(self):
        """QuerySet de ceux qui peuvent suivre le chef d'entreprise : les développeurs directs."""
        return self.responsables.directs()

    @property
    def organismes(self):
        return Institution.objects.visibles_par(self.membre).ouvertes(self.le)

    @cached_property
    def concurrentes(self):
        """Celles que ce membre voit : qui suit l'une ne s'occupe pas de l'autre sans un motif."""
        return concurrentes_de(self.entreprise, self.membre) if self.entreprise else []

    @cached_property
    def membres_responsables(self):
        """Les mêmes que `responsables`, lus une fois."""
        return list(self.responsables)

    @cached_property
    def liste_des_responsables(self):
        """Choix groupés par pôle, dans l'ordre alphabétique : vers qui diriger l'entreprise se lit d'un coup d'œil."""
        rangs = {pole: rang for rang, pole in enumerate(Pole.values)}
        membres = sorted(self.membres_responsables, key=lambda membre: rangs[membre.institution.pole])
        groupes = groupby(membres, key=lambda membre: membre.institution.get_pole_display())
        return [(pole, [(membre.pk, membre.nom_et_sigle) for membre in groupe]) for pole, groupe in groupes]

    @cached_property
    def liste_des_responsables_a_plat(self):
        """Les mêmes, d'un seul tenant et par ordre alphabétique."""
        return sorted((choix for _, groupe in self.liste_des_responsables for choix in groupe), key=lambda choix: choix[1])

    @cached_property
    def liste_des_interlocuteurs(self):
        return [(membre.pk, membre.nom_et_sigle) for membre in self.interlocuteurs]

    @cached_property
    def liste_des_organismes(self):
        return [(organisme.pk, f"{organisme.sigle} – {organisme.nom}") for organisme in self.organismes]


def demander_pourquoi(form, concurrentes):
    """Ajoute au formulaire le motif à donner si la personne choisie suit l'une de ces concurrentes ; rien s'il n'y en a pas."""
    if concurrentes:
        form.fields["malgre_concurrence"] = forms.CharField(
            label="Malgré la concurrence, pourquoi cette personne",
            required=False,
            max_length=200,
            help_text=f"Si elle suit « {' », « '.join(map(str, concurrentes))} ». Il est conservé.",
            widget=forms.TextInput(attrs={"class": "fr-input"}),
        )


class BoutonsEnLigne(forms.RadioSelect):
    """Boutons radio côte à côte : un toucher au lieu des deux d'une liste déroulante."""

    inline = True


class ListePartagee(forms.ModelChoiceField):
    """Choix d'une ligne parmi une liste déjà lue : n'interroge la base que pour vérifier ce qui est envoyé."""

    def garnir(self, queryset, liste, vide):
        """`queryset` borne ce que l'on accepte ; `liste` est ce que l'on montre, `vide` le choix de personne."""
        self.queryset = queryset
        self.choices = [("", vide), *liste]


def refuser_le_passe(form, donnees):
    """Une action ne naît pas échue, et ne se repousse pas à hier."""
    fin_prevue = donnees.get("fin_prevue")
    if fin_prevue and fin_prevue < form.choix.le:
        form.add_error("fin_prevue", "Cette date est passée : donnez-en une à venir.")
