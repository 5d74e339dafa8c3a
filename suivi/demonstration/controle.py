"""Les règles du métier que `bulk_create` n'applique pas : chacune est une question dont la bonne réponse est « personne »."""

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Length
from stdnum.fr import siret

from entreprises.enums import EtatImport, OrigineAcces
from entreprises.models import Acces, Deport, Document, Entreprise, Import, LigneDeCible, Sollicitation, Vote
from reseau.enums import EtatPresence, EtatReunion, Qualite, Role
from reseau.lib.dates import plus_mois
from reseau.models import Presence
from suivi.enums import EtatAction, Sujet, TypeAction
from suivi.models import Action, Doublon, Projet
from visites.enums import CONFIEES, FAITES, EtatCourrier, EtatVisite
from visites.models import Courrier, Visite

SORTS = ("crees", "modifies", "inchanges", "rejetes")


class DonneesIncoherentes(Exception):
    """Les données d'exemple enfreignent une règle du réseau : rien n'est gardé."""


def verifier(reseau, le):
    """Lève `DonneesIncoherentes`, qui nomme les règles enfreintes, ou ne dit rien."""
    regles = {**_des_visites(reseau, le), **_des_dates(reseau), **_des_actions(reseau, le), **_du_reste(reseau)}
    regles |= _du_fichier(reseau, le)
    fautes = [f"{regle} ({nombre})" for regle, lignes in regles.items() if (nombre := lignes.count())]
    fautes += [regle for regle, juste in _des_comptes(reseau).items() if not juste]
    if fautes:
        raise DonneesIncoherentes(f"{reseau.slug} : " + " ; ".join(fautes))


def _visites(reseau):
    return Visite.objects.filter(reseau=reseau).order_by()


def _deporte(entreprise, membre):
    return Exists(Deport.objects.filter(entreprise=OuterRef(entreprise), membre=OuterRef(membre)))


def _des_visites(reseau, le):
    visites = _visites(reseau)
    faites = visites.filter(etat__in=FAITES)
    voisine = Visite.objects.filter(entreprise=OuterRef("entreprise"), etat__in=FAITES).exclude(pk=OuterRef("pk"))
    recente = Visite.objects.filter(
        entreprise=OuterRef("entreprise"), etat__in=FAITES, realisee_le__gt=plus_mois(le, -reseau.espacement_mois)
    )
    return {
        "visite confiée à un membre qui n’est pas direct": visites.filter(etat__in=[*CONFIEES, *FAITES]).exclude(
            developpeur__qualite=Qualite.DIRECT
        ),
        "visite d’un membre d’un autre réseau": visites.exclude(developpeur=None).exclude(developpeur__reseau=reseau),
        "visite en cours chez un parti": visites.confiees().filter(developpeur__parti_le__lte=le),
        "visite réalisée après un départ": faites.filter(realisee_le__gte=F("developpeur__parti_le")),
        "visite programmée avant une entrée": visites.filter(programmee_le__lt=F("developpeur__entre_le")),
        "développeur déporté": visites.filter(_deporte("entreprise", "developpeur")),
        "accompagnant déporté": visites.filter(_deporte("entreprise", "accompagnant")),
        "accompagnant qui ne visite pas": visites.filter(accompagnant__qualite=Qualite.AUCUN),
        "accompagnant de soi-même": visites.filter(accompagnant=F("developpeur")),
        "deux visites sans espacement": faites.filter(Exists(voisine), derogation=""),
        "visite programmée trop tôt": visites.en_cours().filter(Exists(recente), derogation=""),
        "entreprise fermée ou non diffusible visitée": visites.filter(
            Q(entreprise__diffusible=False) | ~Q(entreprise__etat="actif")
        ),
        "restituée sans compte rendu": visites.filter(etat=EtatVisite.RESTITUEE, compte_rendu__termine_le=None),
        "restituée hors d’une réunion tenue": visites.filter(etat=EtatVisite.RESTITUEE).exclude(
            restituee_en__etat=EtatReunion.TENUE, restituee_le=F("restituee_en__le")
        ),
        "restituée sans l’être": visites.exclude(etat=EtatVisite.RESTITUEE).exclude(restituee_en=None),
    }


def _des_dates(reseau):
    visites = _visites(reseau)
    suites = ("creee_le", "programmee_le", "annoncee_le", "realisee_le", "restituee_le")
    regles = {
        f"{apres} avant {avant}": visites.filter(**{f"{apres}__lt": F(avant)})
        for rang, avant in enumerate(suites)
        for apres in suites[rang + 1 :]
    }
    for sortie in ("refusee_le", "injoignable_le", "annulee_le"):
        regles[f"{sortie} avant programmee_le"] = visites.filter(**{f"{sortie}__lt": F("programmee_le")})
    regles["rendez-vous avant la lettre"] = visites.filter(rendez_vous_le__date__lt=F("annoncee_le"))
    regles["hors de sa campagne"] = visites.filter(
        Q(programmee_le__lt=F("campagne__debut_le")) | Q(programmee_le__gt=F("campagne__fin_le"))
    )
    regles["compte rendu avant la visite"] = visites.filter(compte_rendu__termine_le__date__lt=F("realisee_le"))
    return regles


def _des_actions(reseau, le):
    actions = Action.objects.filter(reseau=reseau).order_by()
    projets = Projet.objects.filter(reseau=reseau).order_by()
    sujets = Q()
    for type_action in TypeAction:
        permis = Sujet.du_type(type_action) or [""]
        sujets |= Q(type=type_action, sujet__in=permis)
    acces = Acces.objects.filter(
        entreprise=OuterRef("projet__visite__entreprise"), membre=OuterRef("responsable"), origine=OrigineAcces.ACTION
    )
    return {
        "sujet étranger au type": actions.exclude(sujets),
        "action ouverte chez un parti": actions.ouvertes().filter(responsable__parti_le__lte=le),
        "action close après un départ": actions.filter(fin_reelle__gt=F("responsable__parti_le")),
        "action d’un déporté": actions.filter(_deporte("projet__visite__entreprise", "responsable")),
        "acceptée avant d’être proposée": actions.filter(acceptee_le__lt=F("proposee_le")),
        "close avant d’être acceptée": actions.filter(fin_reelle__lt=F("acceptee_le")),
        "close dans l’avenir": actions.filter(fin_reelle__gt=le),
        "proposée avant la visite": actions.filter(proposee_le__lt=F("projet__visite__realisee_le")),
        "endormie déjà réveillée": actions.filter(etat=EtatAction.ENDORMIE, reveil_le__lte=le),
        "responsable sans accès": actions.exclude(responsable=None).exclude(Exists(acces)),
        "action sans journal": actions.filter(mouvements=None),
        "interlocuteur déporté": projets.filter(_deporte("visite__entreprise", "interlocuteur")),
        "interlocuteur parti": projets.filter(interlocuteur__parti_le__lte=le),
        "projet sans visite racontée": projets.exclude(visite__compte_rendu__termine_le__isnull=False),
    }


def _du_reste(reseau):
    presences = Presence.objects.filter(reunion__reseau=reseau)
    hors = Q(membre__entre_le__gt=F("reunion__le")) | Q(membre__parti_le__lte=F("reunion__le"))
    courriers = Courrier.objects.filter(reseau=reseau)
    acces = Acces.objects.filter(entreprise=OuterRef("entreprise"), membre=OuterRef("accompagnant"))
    return {
        "présence de qui n’est pas membre": presences.filter(hors),
        "réunion tenue sans pointage": presences.filter(reunion__etat=EtatReunion.TENUE, etat=""),
        "pointage d’une réunion à venir": presences.filter(reunion__etat=EtatReunion.PREVUE).exclude(etat=""),
        "état de présence inconnu": presences.exclude(etat__in=["", *EtatPresence.values]),
        "lettre signée sans PDF": courriers.a_figer(),
        "lettre envoyée sans annonce": courriers.filter(etat=EtatCourrier.ENVOYEE).exclude(visite__annoncee_le=F("envoye_le")),
        "lettre signée avant d’être préparée": courriers.filter(signe_le__lt=F("prepare_le")),
        "cible d’un autre réseau": LigneDeCible.objects.filter(cible__reseau=reseau).exclude(entreprise__reseau=reseau),
        "commune d’un autre département": Entreprise.objects.filter(reseau=reseau).exclude(
            commune__departement=reseau.departement
        ),
        "accompagnant sans accès": _visites(reseau).exclude(accompagnant=None).exclude(Exists(acces)),
    }


def _du_fichier(reseau, le):
    contacts, depots = Sollicitation.objects.filter(reseau=reseau), Import.objects.filter(reseau=reseau)
    electeurs = Q(membre__qualite=Qualite.ASSOCIE) | Q(membre__role=Role.OBSERVATEUR) | Q(membre__parti_le__isnull=False)
    documents = Document.objects.filter(entreprise__reseau=reseau)
    fiches = Entreprise.objects.filter(reseau=reseau)
    return {
        "contact à venir": contacts.filter(le__gt=le),
        "contact d’un déporté": contacts.filter(_deporte("entreprise", "membre")),
        "contact noté par une autre institution": contacts.exclude(membre=None).exclude(membre__institution=F("institution")),
        "contact d’un parti": contacts.filter(Q(membre__entre_le__gt=F("le")) | Q(membre__parti_le__lte=F("le"))),
        "contact d’une institution fermée": contacts.filter(institution__fermee_le__lte=F("le")),
        "protégée et confiée": _visites(reseau).confiees().filter(entreprise__ne_plus_solliciter_jusqu_au__gte=le),
        "voix de qui ne vote pas": Vote.objects.filter(electeurs, cible__reseau=reseau),
        "document d’un déporté": documents.filter(_deporte("entreprise", "membre")),
        "document que rien ne lit": documents.exclude(taille=Length("contenu")),
        "étiquette d’un autre réseau": fiches.exclude(etiquettes=None).exclude(etiquettes__reseau=reseau),
        "import daté avant d’être déposé": depots.filter(ecrit_le__lt=F("depose_le")),
        "doublon d’une fiche fusionnée": Doublon.objects.a_traiter().filter(autre__fusionnee_dans__isnull=False),
    }


def _des_comptes(reseau):
    numeros = Action.objects.filter(reseau=reseau).aggregate(dernier=Max("numero"), nombre=Count("pk"))
    par_an = Courrier.objects.filter(reseau=reseau).signes().order_by().values("annee")
    series = par_an.annotate(dernier=Max("numero"), nombre=Count("pk"))
    lus = Import.objects.filter(reseau=reseau, etat=EtatImport.ECRIT).values_list("bilan", flat=True)
    sirets = Entreprise.objects.filter(reseau=reseau).values_list("siret", flat=True)
    return {
        "numéros d’action troués": numeros["dernier"] == 7000 + numeros["nombre"],
        "SIRET à la clé fausse": all(siret.is_valid(numero) for numero in sirets),
        "bilan d’import qui ne tombe pas juste": all(b["lus"] == sum(b[sort] for sort in SORTS) for b in lus),
        "numéros de lettre troués": all(serie["dernier"] == serie["nombre"] for serie in series),
    }
