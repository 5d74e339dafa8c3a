"""Ce que dit la lettre du préfet : la composer d'une visite, la relire telle que signée, ses lignes d'adresse.

Les gestes qui la font avancer : `visites/courriers.py`.
"""

import dataclasses
from datetime import date

from django.db.models import Prefetch

from entreprises.models import Contact
from reseau.lib.lettre import APPELS, Lettre, composer_adresse, rediger
from reseau.models import Institution, Signataire
from visites.models import ModeleDeCourrier

APPEL_DE = {"M.": APPELS["m"], "Mme": APPELS["mme"], "": APPELS[""]}
IMAGES = ("logo", "signature", "logos_institutions")


def apercu(courrier, *, le):
    """La `Lettre` telle que signée, sinon telle qu'elle partirait aujourd'hui."""
    if courrier.signee:
        return figee(courrier)
    signataire = Signataire.objects.filter(reseau=courrier.reseau).en_fonction(le).first()
    return composer(courrier, **choix_communs(courrier.reseau, signataire, le))


def adresses(courriers):
    """Les lignes d'adresse de ces lettres, par nom d'entreprise : celles qui furent signées, ou celles d'aujourd'hui."""
    lot = avec_dirigeant(courriers).order_by("visite__entreprise__raison_sociale", "pk")
    return [
        lettre.contenu["adresse"] if lettre.signee else _adresse(lettre.visite.entreprise, _dirigeant(lettre.visite.entreprise))
        for lettre in lot
    ]


def avec_dirigeant(courriers):
    """Ce qu'il faut pour composer un lot sans une requête par lettre."""
    dirigeants = Prefetch("visite__entreprise__contacts", Contact.objects.filter(dirigeant=True), to_attr="dirigeants")
    return courriers.avec_noms().prefetch_related(dirigeants)


def composer(courrier, *, signataire, le, institutions, textes):
    """La `Lettre` de cette visite, datée du jour `le` ; sans numéro tant que le courrier n'en a pas.

    `textes` : voir `ModeleDeCourrierQuerySet.textes_par_defaut`. Une lettre corrigée porte son propre texte, tel quel.
    """
    visite, reseau = courrier.visite, courrier.reseau
    dirigeant = _dirigeant(visite.entreprise)
    appel = APPEL_DE[dirigeant.civilite if dirigeant else ""]
    return Lettre(
        intitule=reseau.intitule,
        reseau=reseau.nom,
        lieu=reseau.lieu,
        adresse=_adresse(visite.entreprise, dirigeant),
        appel=appel,
        signataire_titre=signataire.titre if signataire else "",
        signataire_nom=signataire.nom if signataire else "",
        suivie_par=[ligne for ligne in (reseau.affaire_suivie_par, reseau.telephone, reseau.courriel) if ligne],
        institutions=institutions,
        numero=courrier.reference or None,
        datee_du=le if courrier.numero else None,
        logo=bytes(reseau.logo or b""),
        signature=bytes((signataire.signature if signataire and courrier.numero else None) or b""),
        **_texte(courrier, textes, _valeurs(visite, reseau, dirigeant, appel)),
    )


def choix_communs(reseau, signataire, le):
    """Ce qui est commun à toutes les lettres d'un lot."""
    textes = ModeleDeCourrier.objects.textes_par_defaut(reseau)
    return {"signataire": signataire, "le": le, "institutions": _sigles(reseau), "textes": textes}


def en_donnees(lettre):
    """Le texte de la lettre tel qu'il se garde en JSON (dates en ISO 8601), sans ses images : voir `figee`."""
    donnees = {champ.name: getattr(lettre, champ.name) for champ in dataclasses.fields(lettre)}
    return {
        nom: valeur.isoformat() if isinstance(valeur, date) else valeur for nom, valeur in donnees.items() if nom not in IMAGES
    }


def figee(courrier):
    """La `Lettre` telle que signée : le texte de `Courrier.contenu`, le logo du réseau, la signature du signataire."""
    donnees = courrier.contenu | {"datee_du": date.fromisoformat(courrier.contenu["datee_du"])}
    images = {"logo": bytes(courrier.reseau.logo or b""), "signature": bytes(courrier.signataire.signature or b"")}
    return Lettre(**donnees, **images)


def _texte(courrier, textes, valeurs):
    """Objet, paragraphes et politesse : ceux de sa correction, de son modèle, ou du modèle que suit le réseau."""
    if courrier.correction:
        return courrier.correction
    modele = courrier.modele.texte if courrier.modele else textes[courrier.genre]
    return rediger(modele, valeurs)


def _valeurs(visite, reseau, dirigeant, appel):
    entreprise, developpeur = visite.entreprise, visite.developpeur
    return {
        "appel": appel,
        "dirigeant": str(dirigeant or "le dirigeant"),
        "entreprise": entreprise.raison_sociale,
        "commune": entreprise.commune.nom if entreprise.commune else entreprise.ville,
        "developpeur": developpeur.civilite_et_nom,
        "fonction": developpeur.fonction,
        "institution": developpeur.institution.nom,
        "reseau": reseau.nom,
        "territoire": reseau.de_territoire,
    }


def _adresse(entreprise, dirigeant):
    return composer_adresse(
        raison_sociale=entreprise.raison_sociale,
        destinataire=str(dirigeant or "Madame ou Monsieur le dirigeant"),
        complement=entreprise.complement,
        voie=entreprise.adresse,
        code_postal=entreprise.code_postal,
        commune=entreprise.ville or (entreprise.commune.nom if entreprise.commune else ""),
    )


def _dirigeant(entreprise):
    if hasattr(entreprise, "dirigeants"):
        return entreprise.dirigeants[0] if entreprise.dirigeants else None
    return entreprise.contacts.filter(dirigeant=True).first()


def _sigles(reseau):
    return list(Institution.objects.filter(reseau=reseau, fermee_le=None).values_list("sigle", flat=True))
