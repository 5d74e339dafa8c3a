"""La lettre du réseau sur une entreprise inventée : ce que l'on relit avant d'en changer le texte."""

from reseau.lib.lettre import APPELS, MODELE_PAR_DEFAUT, Lettre, composer_adresse, epurer, imprimer_lettre, rediger
from reseau.models import Institution, Signataire

APPEL = APPELS["mme"]
# Des noms longs exprès : si l'exemple tient sur une page, les vraies lettres y tiendront.
DIRIGEANTE = "Mme Marie-Bénédicte Dufresne-Valcourt"
ENTREPRISE = "Ateliers de mécanique du Moulin-Neuf"


def imprimer_exemple(reseau, *, le, modele=MODELE_PAR_DEFAUT):
    """PDF filigrané de la lettre que règle `reseau`, enregistré ou non, dans le texte de `modele`.

    Lève `ImpressionImpossible` (dont `TropDePages`) si elle ne tient pas sur une page, ValueError si une variable est fausse.
    """
    return imprimer_lettre(composer_exemple(reseau, le=le, modele=modele))


def composer_exemple(reseau, *, le, modele=MODELE_PAR_DEFAUT):
    """La `Lettre` d'exemple, avant sa mise en page."""
    signataire = Signataire.objects.filter(reseau=reseau).en_fonction(le).first()
    sigles = Institution.objects.filter(reseau=reseau).ouvertes(le).values_list("sigle", flat=True)
    lettre = Lettre(
        intitule=reseau.intitule,
        reseau=reseau.nom,
        lieu=reseau.lieu,
        adresse=composer_adresse(
            raison_sociale=ENTREPRISE,
            destinataire=DIRIGEANTE,
            voie="12 rue des Essais",
            code_postal=f"{reseau.departement:0<5}"[:5],
            commune=reseau.lieu,
        ),
        appel=APPEL,
        signataire_titre=signataire.titre if signataire else "Le préfet",
        signataire_nom=signataire.nom if signataire else "Prénom Nom",
        suivie_par=[ligne for ligne in (reseau.affaire_suivie_par, reseau.telephone, reseau.courriel) if ligne],
        institutions=list(sigles),
        logo=bytes(reseau.logo or b""),
        **rediger(modele, _valeurs(reseau)),
    )
    return epurer(lettre)


def _valeurs(reseau):
    return {
        "appel": APPEL,
        "dirigeant": DIRIGEANTE,
        "entreprise": ENTREPRISE,
        "commune": reseau.lieu,
        "developpeur": "Mme Odile Tissot",
        "fonction": "conseillère d’entreprise",
        "institution": "Chambre de commerce et d’industrie",
        "reseau": reseau.nom,
        "territoire": reseau.de_territoire,
    }
