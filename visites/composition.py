"""Ce que dit la lettre du préfet : la composer d'une visite, la relire telle que signée, ses lignes d'adresse.

Les gestes qui la font avancer : `visites/courriers.py`.
"""

import dataclasses
from datetime import date

from django.db.models import Prefetch

from entreprises.models import Contact
from reseau.lib.lettre import APPELS, Lettre, composer_adresse, epurer, rediger
from reseau.models import Institution, LogoDInstitution, Reseau, Signataire
from visites.models import ModeleDeCourrier

APPEL_DE = {"M.": APPELS["m"], "Mme": APPELS["mme"], "": APPELS[""]}
IMAGES = ("logo", "signature", "logos_institutions")


def apercu(courrier, *, le):
    """La `Lettre` telle que signée, sinon telle qu'elle partirait aujourd'hui."""
    if courrier.signee:
        return figee(courrier)
    return _du_jour(courrier, le, {})


def lettres(courriers, *, le):
    """Les `Lettre` d'un lot, dans l'ordre des numéros : voir `apercu`. Le nombre de requêtes ne dépend pas du lot."""
    lot = list(avec_dirigeant(courriers).order_by("annee", "numero", "pk"))
    signataires = Signataire.objects.in_bulk({courrier.signataire_id for courrier in lot if courrier.signataire_id})
    reseaux = Reseau.objects.in_bulk({courrier.reseau_id for courrier in lot})
    for courrier in lot:
        courrier.reseau, courrier.signataire = reseaux[courrier.reseau_id], signataires.get(courrier.signataire_id)
    communs = {}
    logos = {cle: _logos(reseau) for cle, reseau in reseaux.items()}
    return [
        figee(courrier, logos=logos[courrier.reseau_id]) if courrier.signee else _du_jour(courrier, le, communs)
        for courrier in lot
    ]


def adresses(courriers):
    """Les lignes d'adresse de ces lettres, par nom d'entreprise : celles qui furent signées, ou celles d'aujourd'hui."""
    lot = avec_dirigeant(courriers).order_by("visite__entreprise__raison_sociale", "pk")
    return [
        lettre.contenu["adresse"] if lettre.signee else adresse_postale(entreprise, dirigeant_de(entreprise))
        for lettre in lot
        for entreprise in [lettre.visite.entreprise]
    ]


def avec_dirigeant(courriers):
    """Ce qu'il faut pour composer un lot sans une requête par lettre."""
    dirigeants = Prefetch("visite__entreprise__contacts", Contact.objects.filter(dirigeant=True), to_attr="dirigeants")
    return courriers.avec_noms().prefetch_related(dirigeants)


def composer(courrier, *, signataire, le, institutions, logos, textes):
    """La `Lettre` de cette visite, datée du jour `le` ; sans numéro tant que le courrier n'en a pas.

    `textes` : voir `ModeleDeCourrierQuerySet.textes_par_defaut`. Une lettre corrigée porte son propre texte, tel quel : ce qu'il
    nomme a pu changer depuis (`a_relire`).
    """
    visite, reseau = courrier.visite, courrier.reseau
    dirigeant, donnees = dirigeant_de(visite.entreprise), valeurs(courrier)
    lettre = Lettre(
        intitule=reseau.intitule,
        reseau=reseau.nom,
        lieu=reseau.lieu,
        adresse=adresse_postale(visite.entreprise, dirigeant),
        appel=donnees["appel"],
        signataire_titre=signataire.titre if signataire else "",
        signataire_nom=signataire.nom if signataire else "",
        suivie_par=[ligne for ligne in (reseau.affaire_suivie_par, reseau.telephone, reseau.courriel) if ligne],
        institutions=institutions,
        logos_institutions=logos,
        numero=courrier.reference or None,
        datee_du=le if courrier.numero else None,
        logo=bytes(reseau.logo or b""),
        signature=bytes((signataire.signature if signataire and courrier.numero else None) or b""),
        **_texte(courrier, textes, donnees),
    )
    return epurer(lettre)


def dirigeant_de(entreprise):
    """Le `Contact` à qui la lettre s'adresse, ou None ; lu une fois par entreprise (voir `avec_dirigeant`)."""
    if not hasattr(entreprise, "dirigeants"):
        entreprise.dirigeants = list(entreprise.contacts.filter(dirigeant=True))
    return next(iter(entreprise.dirigeants), None)


def valeurs(courrier):
    """Ce que vaut chaque variable de `reseau.lib.lettre.VARIABLES` dans cette lettre."""
    entreprise, developpeur, reseau = courrier.visite.entreprise, courrier.visite.developpeur, courrier.reseau
    dirigeant = dirigeant_de(entreprise)
    return {
        "appel": APPEL_DE[dirigeant.civilite if dirigeant else ""],
        "dirigeant": str(dirigeant or "le dirigeant"),
        "entreprise": entreprise.raison_sociale,
        "commune": entreprise.commune.nom if entreprise.commune else entreprise.ville,
        "developpeur": developpeur.civilite_et_nom,
        "fonction": developpeur.fonction,
        "institution": developpeur.institution.nom,
        "reseau": reseau.nom,
        "territoire": reseau.de_territoire,
    }


def a_relire(courrier):
    """Pourquoi le texte corrigé de cette lettre ne peut plus partir tel quel, en une phrase ; vide s'il le peut.

    Écrit variables remplies, il vaut pour ce qu'elles valaient (`correction["faits"]`) : changer de développeur ou de
    dirigeant le périme.
    """
    if not courrier.correction:
        return ""
    faits, actuels = courrier.correction.get("faits"), valeurs(courrier)
    if not faits:
        return "Texte corrigé avant que l’outil ne retienne qui il nomme : relisez-le, ou reprenez celui du modèle."
    changes = [f"« {faits.get(nom, '')} » est devenu « {valeur} »" for nom, valeur in actuels.items() if faits.get(nom) != valeur]
    return f"Depuis que ce texte a été corrigé, {', '.join(changes)} : relisez-le, ou reprenez le modèle." if changes else ""


def choix_communs(reseau, signataire, le):
    """Ce qui est commun à toutes les lettres d'un lot."""
    textes = ModeleDeCourrier.objects.textes_par_defaut(reseau)
    return {"signataire": signataire, "le": le, "institutions": _sigles(reseau), "logos": _logos(reseau), "textes": textes}


def en_donnees(lettre):
    """Le texte de la lettre tel qu'il se garde en JSON (dates en ISO 8601), sans ses images : voir `figee`."""
    donnees = {champ.name: getattr(lettre, champ.name) for champ in dataclasses.fields(lettre)}
    return {
        nom: valeur.isoformat() if isinstance(valeur, date) else valeur for nom, valeur in donnees.items() if nom not in IMAGES
    }


def figee(courrier, *, logos=None):
    """La `Lettre` telle que signée : le texte de `Courrier.contenu`, les logos, la signature du signataire.

    `logos` : ceux des institutions, par sigle, s'ils sont déjà lus.
    """
    donnees = courrier.contenu | {"datee_du": date.fromisoformat(courrier.contenu["datee_du"])}
    logos = _logos(courrier.reseau) if logos is None else logos
    images = {"logo": bytes(courrier.reseau.logo or b""), "signature": bytes(courrier.signataire.signature or b"")}
    images["logos_institutions"] = {sigle: logos[sigle] for sigle in donnees["institutions"] if sigle in logos}
    return Lettre(**donnees, **images)


def _du_jour(courrier, le, communs):
    """La lettre telle qu'elle partirait aujourd'hui ; `communs`, à rendre d'une lettre à l'autre, évite de relire."""
    if courrier.reseau_id not in communs:
        signataire = Signataire.objects.filter(reseau=courrier.reseau).en_fonction(le).first()
        communs[courrier.reseau_id] = choix_communs(courrier.reseau, signataire, le)
    return composer(courrier, **communs[courrier.reseau_id])


def _texte(courrier, textes, valeurs):
    """Objet, paragraphes et politesse : ceux de sa correction, de son modèle, ou du modèle que suit le réseau."""
    if courrier.correction:
        return {champ: courrier.correction[champ] for champ in ("objet", "paragraphes", "politesse")}
    modele = courrier.modele.texte if courrier.modele else textes[courrier.genre]
    return rediger(modele, valeurs)


def adresse_postale(entreprise, dirigeant):
    """Les lignes d'adresse de l'entreprise, à l'attention de ce `Contact` (ou du dirigeant, s'il est None)."""
    return composer_adresse(
        raison_sociale=entreprise.raison_sociale,
        destinataire=str(dirigeant or "Madame ou Monsieur le dirigeant"),
        complement=entreprise.complement,
        voie=entreprise.adresse,
        code_postal=entreprise.code_postal,
        commune=entreprise.ville or (entreprise.commune.nom if entreprise.commune else ""),
    )


def _sigles(reseau):
    return list(Institution.objects.filter(reseau=reseau, fermee_le=None).values_list("sigle", flat=True))


def _logos(reseau):
    """Les logos déposés par les institutions du réseau : sigle → octets."""
    lignes = LogoDInstitution.objects.filter(institution__reseau=reseau, institution__fermee_le=None)
    return {sigle: bytes(image) for sigle, image in lignes.order_by("institution").values_list("institution__sigle", "image")}
