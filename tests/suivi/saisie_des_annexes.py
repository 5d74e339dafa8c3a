"""Les annexes 2.4, 2.5 et 2.7 retapées par les écrans, dans un réseau vide : rien d'autre que les formulaires du produit."""

from datetime import UTC, date, datetime

from django.contrib.messages import ERROR, get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from entreprises.models import Cible, Entreprise, Import
from reseau import sessions  # noqa: F401 (lu avant que l'horloge ne s'arrête : il en garderait une arrêtée)
from reseau.models import Institution, Membre, Reunion
from suivi.models import Action
from tests.conftest import connecter
from tests.entreprises.donnees_d_import import fichier, ligne
from visites.models import Visite

SLUG = "vide"
EMPLOIS = ("emplois_investissement", "emplois_embauche", "embauche_cadres", "embauche_commerciaux", "embauche_temps_partage")


class Saisie:
    """Quelqu'un devant les écrans de l'animateur, à la date que dit l'horloge."""

    def __init__(self, monkeypatch, le):
        self._monkeypatch = monkeypatch
        self.le = le
        self.avancer(le)
        qui = {"animateur": "aline@exemple.fr", "civilite": "Mme", "prenom": "Aline", "nom_animateur": "Animatrice"}
        ou = {"territoire": "Haute-Saône", "de_territoire": "de la Haute-Saône", "departement": "70", "lieu": "Vesoul"}
        call_command("creer_reseau", SLUG, "Réseau vide", institution="Préfecture", sigle="PREF", **ou, **qui, verbosity=0)
        self.animateur = Membre.objects.get(reseau__slug=SLUG)
        self.client = connecter(self.animateur)

    def avancer(self, le):
        """L'horloge au matin de ce jour."""
        instant = datetime(le.year, le.month, le.day, 9, tzinfo=UTC)
        self._monkeypatch.setattr(timezone, "now", lambda: instant)
        self.le = le
        if hasattr(self, "animateur"):
            self.client = connecter(self.animateur)  # des mois plus tard, on se reconnecte

    def page(self, nom, *arguments):
        return reverse(nom, args=[SLUG, *arguments])

    def envoyer(self, adresse, /, *arguments, **champs):
        """Poste un formulaire et rend la réponse ; un refus arrête tout, avec ce que la page en dit."""
        reponse = self.client.post(self.page(adresse, *arguments), champs)
        dites = [str(message) for message in get_messages(reponse.wsgi_request) if message.level >= ERROR]
        if reponse.status_code != 302 or dites:
            formulaire = (reponse.context or {}).get("form")
            raise AssertionError((adresse, reponse.status_code, dites, formulaire and formulaire.errors.as_text(), champs))
        return reponse

    # Le réseau

    def institution(self, sigle):
        if not Institution.objects.filter(reseau__slug=SLUG, sigle=sigle).exists():
            self.envoyer("reseau:institution-creer", sigle=sigle, nom=sigle, pole="economique", cercle="membre")
        return Institution.objects.get(reseau__slug=SLUG, sigle=sigle)

    def membre(self, civilite, prenom, nom, sigle):
        courriel = f"membre{Membre.objects.count()}@exemple.fr"
        qui = {
            "civilite": civilite,
            "prenom": prenom,
            "nom": nom,
            "courriel": courriel,
            "role": "developpeur",
            "qualite": "direct",
        }
        self.envoyer("reseau:membre-creer", **qui, institution=self.institution(sigle).pk, entre_le=str(self.le))
        return Membre.objects.get(utilisateur__email=courriel)

    def partir(self, membre):
        membre.refresh_from_db()
        self.envoyer("reseau:membre-partir", membre.pk, parti_le=str(self.le), version=membre.version)

    def reunion(self, presents):
        self.envoyer("suivi:reunion-creer", le=str(self.le), heure="14:00", lieu="Vesoul")
        reunion = Reunion.objects.order_by("-pk").first()
        cles = [membre.pk for membre in [self.animateur, *presents]]
        self.envoyer("suivi:seance-pointer", reunion.pk, membre=cles, present=cles)
        self.envoyer("suivi:reunion-clore", reunion.pk)

    # Les entreprises

    def entreprises(self, noms):
        """Importées d'un fichier, comme on le ferait."""
        contenu = fichier(*(ligne(rang, nom) for rang, nom in enumerate(noms, start=1)))
        self.envoyer("entreprises:importer", fichier=SimpleUploadedFile("liste.csv", contenu))
        self.envoyer("entreprises:import-ecrire", Import.objects.get().pk)
        return list(Entreprise.objects.order_by("pk"))

    def cible(self):
        """Toutes les entreprises du réseau, décidée ce jour."""
        self.envoyer("entreprises:cible-creer", nom="Toutes")
        self.envoyer("entreprises:cible-decider", Cible.objects.get().pk, decidee_le=str(self.le))

    # Les visites

    def programmer(self, entreprise, membre):
        self.envoyer("visites:proposer", entreprise.pk, origine="cible", developpeur=membre.pk, prevue_le="")
        return Visite.objects.get(entreprise=entreprise)

    def realiser(self, entreprise, membre):
        visite = self.programmer(entreprise, membre)
        self.envoyer("visites:realiser", visite.pk, version=visite.version, realisee_le=str(self.le))

    def refuser(self, entreprise, membre):
        visite = self.programmer(entreprise, membre)
        self.envoyer("visites:refuser", visite.pk, version=visite.version, motif="temps")

    def rendre_compte(self, entreprise, membre, projets):
        """`projets` : [(champs du projet, [champs de ses actions])]."""
        visite = self.programmer(entreprise, membre)
        champs = {"version": "0", "phrase": "Le dirigeant a des projets.", "realisee_le": str(self.le)}
        champs |= {"projets-TOTAL_FORMS": str(len(projets)), "projets-INITIAL_FORMS": "0"}
        for rang, (projet, actions) in enumerate(projets):
            tete = f"projets-{rang}-"
            champs |= {tete + nom: valeur for nom, valeur in projet.items()}
            champs |= {f"{tete}actions-TOTAL_FORMS": str(len(actions)), f"{tete}actions-INITIAL_FORMS": "0"}
            for place, action in enumerate(actions):
                champs |= {f"{tete}actions-{place}-{nom}": valeur for nom, valeur in action.items()}
        self.envoyer("suivi:compte-rendu-terminer", visite.pk, **champs)
        return visite

    def clore(self, action, jour):
        self.avancer(jour)
        action.refresh_from_db()
        self.envoyer("suivi:action-clore", action.pk, version=action.version, issue="information", fin_reelle=str(jour))

    def lire(self, nom, code, **choix):
        return self.client.get(self.page(nom, code), choix)


def saisir_le_2_4(saisie, annexe, responsable):
    """Les lignes de l'annexe 2.4, aux dates de l'annexe : {société: Action}."""
    mois = lambda rang: date(1997 + (rang // 12), rang % 12 + 1, 15)  # noqa: E731
    membre = saisie.membre(*responsable, "CCI")
    visiteur = saisie.membre("M.", "Autre", "Visiteur", "DDT")
    for entreprise, case in zip(saisie.entreprises([case.societe for case in annexe]), annexe, strict=True):
        type_, sujet = case.suite
        action = {"type": str(type_), "sujet": str(sujet), "libelle": case.action, "responsable": membre.pk}
        action |= {"echeance": "date", "fin_prevue": str(mois(case.prevue))}
        saisie.rendre_compte(entreprise, visiteur, [({"titre": case.projet, "nature": str(case.nature)}, [action])])
    actions = {action.projet.visite.entreprise.raison_sociale: action for action in Action.objects.all()}
    for case in sorted((case for case in annexe if case.reelle is not None), key=lambda case: case.reelle):
        saisie.clore(actions[case.societe], mois(case.reelle))
    saisie.avancer(date(1997, 1, 31))
    return membre, actions


def saisir_le_2_5(saisie, annexe, *, refus, sans_contact, reunions, presences):
    """Les lignes de l'annexe 2.5 ; `presences` : ligne → réunions où la personne était (None : partie)."""
    membres = {case: saisie.membre(case.civilite, case.prenom, case.nom, case.institution) for case in annexe}
    nombre = sum(case.realisees + case.programmees for case in annexe) + refus + sans_contact
    restantes = iter(saisie.entreprises([f"Tôlerie fictive {rang}" for rang in range(nombre)]))
    saisie.cible()
    for case, membre in membres.items():
        for _ in range(case.realisees):
            saisie.realiser(next(restantes), membre)
        for _ in range(case.programmees):
            saisie.programmer(next(restantes), membre)
    for _ in range(refus):
        saisie.refuser(next(restantes), next(iter(membres.values())))
    for case, membre in membres.items():
        if presences(case) is None:
            saisie.partir(membre)
    for rang in range(reunions):
        saisie.reunion([membre for case, membre in membres.items() if presences(case) is not None and rang < presences(case)])
    return membres


def saisir_le_2_7(saisie, suites, emplois, *, visites, organismes):
    """`suites` : [(nature, type, sujet)] ; `emplois` : champs d'un projet par visite ; `organismes` : un nom par contact."""
    membre = saisie.membre("M.", "Basile", "Brunoy", "CCI")
    noms = iter(organismes)
    entreprises = saisie.entreprises([f"Tôlerie fictive {rang}" for rang in range(visites)])
    for rang, entreprise in enumerate(entreprises):
        siennes, projets = suites[rang::visites], {}
        for nature, type_, sujet in siennes:
            exterieur = next(noms, "") if type_ == "contact" else ""
            action = {"type": str(type_), "sujet": str(sujet), "libelle": "Suite à donner", "organisme_exterieur": exterieur}
            projets.setdefault(str(nature), []).append(action | {"echeance": "1_mois"})
        champs = [{"titre": "Un projet", "nature": nature} for nature in projets]
        if rang < len(emplois):
            champs = champs or [{"titre": "Un projet", "nature": "divers"}]
            champs[0] |= emplois[rang]
        saisie.rendre_compte(entreprise, membre, [(champ, projets.get(champ["nature"], [])) for champ in champs])
