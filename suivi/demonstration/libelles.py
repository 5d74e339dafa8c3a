"""Ce qu'il y a à faire, par type et sujet d'action ; qui s'en charge d'ordinaire ; ce qu'on note en route."""

from suivi.enums import Sujet, TypeAction

RESERVE, DIVERS = (TypeAction.RESERVE, ""), (TypeAction.DIVERS, "")

LIBELLES = {
    Sujet.INFO_AIDES: (
        "Présenter les aides régionales à l’investissement",
        "Vérifier ce qui est finançable avant la signature de la commande",
        "Envoyer le calendrier des aides à la modernisation",
        "Renseigner sur les prêts sans garantie pour l’immatériel",
        "Comparer l’aide régionale et le crédit-bail",
    ),
    Sujet.INFO_EMPLOI: (
        "Présenter les aides à l’embauche applicables aux postes ouverts",
        "Expliquer la préparation opérationnelle avant embauche",
        "Renseigner sur les contrats en alternance",
        "Vérifier les allègements de cotisations applicables",
    ),
    Sujet.INFO_FORMATION: (
        "Faire le point sur les fonds de formation disponibles",
        "Chercher une session de formation à tenir dans l’entreprise",
        "Renseigner sur la formation cofinancée des salariés",
    ),
    Sujet.INFO_EXPORT: (
        "Renseigner sur l’assurance des premières exportations",
        "Envoyer le calendrier des salons professionnels voisins",
        "Expliquer les formalités de livraison et de facturation",
    ),
    Sujet.INFO_IMMOBILIER: (
        "Renseigner sur les aides à l’immobilier d’entreprise",
        "Donner les terrains disponibles dans les zones voisines",
        "Vérifier le zonage des aides à l’immobilier",
    ),
    Sujet.INFO_FINANCES: (
        "Présenter la médiation du crédit et la cotation",
        "Renseigner sur le prêt participatif",
        "Expliquer l’étalement des dettes fiscales et sociales",
    ),
    Sujet.INFO_ICPE: (
        "Préciser la rubrique de classement et le régime du site",
        "Expliquer la déclaration d’extension et ses délais",
        "Renseigner sur les obligations de suivi des rejets",
        "Envoyer la liste des pièces du dossier de classement",
    ),
    Sujet.INFO_QUALITE: (
        "Indiquer les étapes d’une certification et leur coût",
        "Proposer un autodiagnostic de la qualité",
    ),
    Sujet.INFO_AUTRES: (
        "Renseigner sur le diagnostic d’énergie cofinancé",
        "Comparer les offres de fourniture d’énergie",
    ),
    Sujet.CONTACT_IDENTITE: (
        "Mettre en relation avec un conseiller en transmission",
        "Présenter des repreneurs inscrits à la bourse des entreprises",
    ),
    Sujet.CONTACT_PRODUITS: ("Faire rencontrer un spécialiste de l’emballage et de la marque",),
    Sujet.CONTACT_COMMERCE: (
        "Présenter deux donneurs d’ordre du département",
        "Inviter à la prochaine rencontre d’acheteurs",
        "Mettre en relation avec un distributeur",
    ),
    Sujet.CONTACT_RECHERCHE: (
        "Mettre en relation avec un laboratoire d’essais",
        "Organiser la visite d’une plateforme technologique",
    ),
    Sujet.CONTACT_PRODUCTION: (
        "Faire visiter un atelier déjà équipé",
        "Mettre en relation avec un conseil en organisation industrielle",
        "Présenter un intégrateur indépendant",
    ),
    Sujet.CONTACT_FINANCE: (
        "Organiser un rendez-vous avec un financeur",
        "Mettre en relation avec un fonds de proximité",
    ),
    Sujet.CONTACT_FORMATION: (
        "Présenter l’école et ses apprentis aux responsables d’atelier",
        "Mettre en relation avec un organisme de formation",
        "Organiser une visite de l’atelier pour des demandeurs d’emploi",
    ),
    Sujet.CONTACT_LOCAUX: ("Faire rencontrer l’aménageur de la zone d’activité", "Organiser une visite de terrains"),
    Sujet.AIDE_INNOVATION: ("Monter la demande d’aide à l’innovation",),
    Sujet.AIDE_PROJETS: ("Monter le dossier du projet d’innovation",),
    Sujet.AIDE_SERVICES: ("Faire financer une étude par l’aide aux services de l’innovation",),
    Sujet.AIDE_TRANSFERTS: ("Faire financer le transfert du procédé vers l’atelier",),
    Sujet.AIDE_JEUNES: ("Proposer le projet au concours des jeunes pour l’innovation",),
    Sujet.AIDE_INGENIEURS: ("Monter la demande d’aide à l’embauche d’un ingénieur",),
    RESERVE: (
        "Reprendre contact quand les comptes de l’exercice seront connus",
        "Revoir le projet à la prochaine visite",
        "Rappeler l’entreprise quand le carnet de commandes sera connu",
        "Garder le projet en mémoire jusqu’au prochain exercice",
    ),
    DIVERS: (
        "Envoyer la documentation promise pendant la visite",
        "Chercher une entreprise qui a mené le même projet",
        "Vérifier un point de réglementation et répondre par écrit",
        "Préparer un point d’étape avec l’entreprise",
        "Relire le dossier avant son dépôt",
    ),
}

# Sigles des institutions qui portent d'ordinaire ces actions ; à défaut, le visiteur.
COMPETENCES = {
    "info_aides": ("CCI", "CMA", "Préfecture", "DREETS"),
    "info_emploi": ("France Travail", "DDETSPP", "DDETS"),
    "info_formation": ("France Travail", "CMA", "DDETSPP", "DDETS"),
    "info_export": ("CCI",),
    "info_immobilier": ("CCI", "DDT", "Préfecture"),
    "info_finances": ("Banque de France", "DDFiP", "Urssaf"),
    "info_icpe": ("DREAL",),
    "info_qualite": ("CCI", "DREETS"),
    "info_autres": ("CCI", "DREAL", "CMA"),
    "contact_finance": ("Banque de France", "CCI"),
    "contact_formation": ("France Travail", "CMA"),
    "contact_recherche": ("DREETS", "CCI"),
    "contact_locaux": ("DDT", "CCI"),
}

MEME_ORGANISME = "Bpifrance"  # héritière de l'agence que l'annexe 2.7 cite cinq fois
# Sigle d'une institution du réseau, ou nom d'un organisme extérieur, selon le domaine de la mise en contact.
ORGANISMES = {
    Sujet.CONTACT_IDENTITE: ("CMA", "CCI", "Réseau Entreprendre", "Chambre des notaires"),
    Sujet.CONTACT_PRODUITS: ("CCI", "Centre technique de la branche"),
    Sujet.CONTACT_COMMERCE: ("CCI", "Club d’exportateurs", "Fédération de la branche", "Agence régionale d’attractivité"),
    Sujet.CONTACT_RECHERCHE: ("Institut universitaire de technologie", "Pôle de compétitivité", MEME_ORGANISME),
    Sujet.CONTACT_PRODUCTION: ("Centre technique de la branche", "Agence de l’eau", "Pôle de compétitivité", "DREETS"),
    Sujet.CONTACT_FINANCE: ("Banque de France", "DDFiP", "Région", "Banques du département", MEME_ORGANISME),
    Sujet.CONTACT_FORMATION: ("France Travail", "École des managers", "Opérateur de compétences", "Groupement d’employeurs"),
    Sujet.CONTACT_LOCAUX: ("DDT", "Département", "Communautés de communes"),
}

SUITES_NOTEES = (
    "Appel passé, documentation envoyée le jour même.",
    "Rendez-vous pris entre l’entreprise et l’organisme.",
    "Réponse attendue du service instructeur.",
    "Premier échange tenu ; une pièce manque au dossier.",
    "L’entreprise a reçu deux propositions et les compare.",
)

CLOTURES = {
    "aide": ("Aide accordée, notification reçue.",),
    "information": ("Renseignements donnés par écrit.", "Point fait avec l’entreprise, elle a ce qu’il lui faut."),
    "contact": ("La rencontre a eu lieu.", "Mise en relation faite, la suite leur appartient."),
    "sans_solution": ("Aucun dispositif ne convient ; l’entreprise en est informée.",),
    "abandonnee": ("L’entreprise a renoncé au projet pour cette année.",),
}

REFUS_D_ACTION = "Ce sujet relève d’un autre service ; je reste à disposition pour l’expliquer."
TRANSMISSIONS = ("Le service voisin est mieux placé.", "Le sujet relève de son domaine.")
