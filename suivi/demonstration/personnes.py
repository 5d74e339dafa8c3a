"""Le réseau, ses institutions, ses comptes et ses membres."""

from datetime import timedelta

from reseau.enums import Civilite, Qualite, Role
from reseau.lib.dates import plus_mois
from reseau.models import Institution, Membre, Reseau, Signataire, Utilisateur
from suivi.demonstration.annexes import RESPONSABLE_2_4
from suivi.demonstration.calendrier import instant, ouvre_apres
from suivi.demonstration.noms import en_adresse, mobile_fictif, patronymes_melanges, telephone_fictif
from suivi.demonstration.territoires import FERMEE, INSTITUTIONS, SUCCESSEUR

# (rôle du compte, rôle d'accès, qualité, institution, fonction) de ceux qui ne sont pas développeurs directs.
AUTRES = (
    ("animateur", Role.ANIMATEUR, Qualite.AUCUN, "Préfecture", ("animateur du réseau", "animatrice du réseau")),
    ("secretariat", Role.SECRETARIAT, Qualite.AUCUN, "CCI", ("secrétaire du réseau", "secrétaire du réseau")),
    ("associe", Role.DEVELOPPEUR, Qualite.ASSOCIE, "Région", ("chargé de développement", "chargée de développement")),
    ("prefecture", Role.PREFECTURE, Qualite.AUCUN, "Préfecture", ("secrétaire général", "secrétaire générale")),
    ("observateur", Role.OBSERVATEUR, Qualite.AUCUN, "Département", ("chargé d’études", "chargée d’études")),
    ("", Role.DEVELOPPEUR, Qualite.ASSOCIE, "Bpifrance", ("chargé d’affaires", "chargée d’affaires")),
    ("", Role.DEVELOPPEUR, Qualite.ASSOCIE, "Département", ("chargé de mission emploi", "chargée de mission emploi")),
)
# Au masculin, au féminin.
FONCTIONS = {
    "CCI": ("conseiller d’entreprise", "conseillère d’entreprise"),
    "CMA": ("conseiller aux artisans", "conseillère aux artisans"),
    "DREETS": ("chargé de développement économique", "chargée de développement économique"),
    "DDETSPP": ("chargé de mission emploi", "chargée de mission emploi"),
    "France Travail": ("conseiller aux entreprises", "conseillère aux entreprises"),
    "Banque de France": ("correspondant des petites entreprises", "correspondante des petites entreprises"),
    "DDFiP": ("chargé de mission économique", "chargée de mission économique"),
    "Urssaf": ("conseiller aux entreprises", "conseillère aux entreprises"),
    "DREAL": ("chargé de mission environnement industriel", "chargée de mission environnement industriel"),
    "DDT": ("chargé d’aménagement", "chargée d’aménagement"),
    "Préfecture": ("chargé de mission développement", "chargée de mission développement"),
    FERMEE.sigle: ("chargé d’expansion économique", "chargée d’expansion économique"),
}


def poser(chantier):
    """Crée le réseau, ses signataires, ses institutions, un compte et une appartenance par personne."""
    territoire = chantier.plan.territoire
    chantier.reseau = Reseau.objects.create(
        slug=territoire.slug,
        nom=f"Réseau de développeurs {territoire.de_nom}",
        territoire=territoire.nom,
        de_territoire=territoire.de_nom,
        departement=territoire.departement,
        prefecture=f"Préfet {territoire.de_nom}",
        lieu=territoire.lieu,
        affaire_suivie_par="Secrétariat du réseau",
        telephone=telephone_fictif(chantier.hasard),
        courriel=f"reseau@{territoire.slug}.test",
        rythme=chantier.plan.rythme,
        taille_maximum=25,
    )
    _signataires(chantier)
    _institutions(chantier)
    _membres(chantier)


def adresse_du_compte(role, slug):
    """Courriel du compte d'exemple de ce rôle dans ce réseau."""
    return f"{role}@{slug}.test"


def _signataires(chantier):
    reseau, change = chantier.reseau, plus_mois(chantier.le, -14)
    Signataire.objects.create(
        reseau=reseau,
        civilite=Civilite.MONSIEUR,
        nom="Théodore Vaucresson-Lys",
        titre="Le préfet",
        debut_le=plus_mois(chantier.le, -40),
        fin_le=change - timedelta(days=1),
    )
    Signataire.objects.create(
        reseau=reseau, civilite=Civilite.MADAME, nom="Apolline Desmarescaux", titre="La préfète", debut_le=change
    )


def _institutions(chantier):
    modeles = [*INSTITUTIONS, FERMEE] if _a_la_fermee(chantier) else INSTITUTIONS
    territoire = chantier.plan.territoire
    creees = Institution.objects.bulk_create(
        Institution(
            reseau=chantier.reseau,
            sigle=modele.sigle,
            nom=modele.nom.format(de=territoire.de_nom, region=territoire.region),
            pole=modele.pole,
            cercle=modele.cercle,
            regalienne=modele.regalienne,
            convention_signee_le=ouvre_apres(chantier.debut - timedelta(days=20 + 2 * rang)),
        )
        for rang, modele in enumerate(modeles)
    )
    chantier.institutions = {institution.sigle: institution for institution in creees}
    if _a_la_fermee(chantier):
        fermee = chantier.institutions[FERMEE.sigle]
        fermee.successeur, fermee.fermee_le = chantier.institutions[SUCCESSEUR], plus_mois(chantier.le, -16)
        fermee.save()


def _a_la_fermee(chantier):
    return any(ligne.institution == FERMEE.sigle for ligne in chantier.plan.lignes)


def _membres(chantier):
    personnes = [*_les_directs(chantier), *_les_autres(chantier)]
    comptes = Utilisateur.objects.bulk_create(_compte(chantier, role, membre) for role, membre in personnes)
    for (_, membre), compte in zip(personnes, comptes, strict=True):
        membre.utilisateur = compte
    chantier.membres = Membre.objects.bulk_create(membre for _, membre in personnes)
    Utilisateur.objects.filter(pk__in=[compte.pk for compte in comptes]).update(cree_le=instant(chantier.debut))
    chantier.directs = [membre for membre in chantier.membres if membre.qualite == Qualite.DIRECT]
    chantier.associes = [membre for membre in chantier.membres if membre.qualite == Qualite.ASSOCIE]
    chantier.comptes = {role: membre for role, membre in personnes if role}


def _les_directs(chantier):
    """(rôle du compte ou vide, membre) de chaque ligne du tableau 2.5, dans son ordre."""
    plan = chantier.plan
    roles = {plan.direct: "direct", plan.adjoint: "adjoint"}
    for ligne in plan.lignes:
        role = roles.get(ligne.nom, "")
        acces = Role.ANIMATEUR if role == "adjoint" else Role.DEVELOPPEUR
        membre = _membre(chantier, ligne.civilite, ligne.prenom, ligne.nom, ligne.institution, acces, Qualite.DIRECT)
        membre.entre_le = plus_mois(chantier.le, -ligne.entree) if ligne.entree else membre.entre_le
        membre.parti_le = plus_mois(chantier.le, -ligne.depart) if ligne.depart else None
        yield role, membre


def _les_autres(chantier):
    pris = {ligne.nom for ligne in chantier.plan.lignes}
    libres = [identite for identite in patronymes_melanges(chantier.hasard) if identite[2] not in pris]
    for (role, acces, qualite, institution, fonctions), identite in zip(AUTRES, libres, strict=False):
        if role == "associe" and chantier.plan.annexe_2_4:
            identite = RESPONSABLE_2_4
        membre = _membre(chantier, *identite, institution, acces, qualite)
        membre.fonction = _accorder(fonctions, membre.civilite)
        yield role, membre


def _membre(chantier, civilite, prenom, nom, institution, role, qualite):
    return Membre(
        reseau=chantier.reseau,
        institution=chantier.institutions[institution],
        civilite=civilite,
        prenom=prenom,
        nom=nom,
        fonction=_accorder(FONCTIONS.get(institution, ("", "")), civilite),
        telephone=mobile_fictif(chantier.hasard),
        role=role,
        qualite=qualite,
        entre_le=chantier.debut - timedelta(days=15),
        hierarchie_le=chantier.debut - timedelta(days=25),
    )


def _accorder(fonctions, civilite):
    return fonctions[civilite == Civilite.MADAME]


def _compte(chantier, role, membre):
    slug = chantier.plan.territoire.slug
    nominatif = f"{en_adresse(membre.prenom)}.{en_adresse(membre.nom)}@{slug}.test"
    parti = membre.parti_le is not None
    return Utilisateur(
        email=adresse_du_compte(role, slug) if role else nominatif,
        password=chantier.mot_de_passe,
        last_login=None if parti else instant(chantier.il_y_a(chantier.hasard.randint(1, 9)), 8, chantier.hasard.randrange(60)),
    )
