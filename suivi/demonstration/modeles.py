"""Les projets qu'une visite fait émerger : un titre, ce qu'on en retient, ce qu'on a entendu, les suites qu'ils admettent.

Les accolades prennent les mots du secteur (`secteurs.py`) et de la fiche : rien n'y est dit des personnes.
"""

from dataclasses import dataclass

from suivi.enums import Nature, Sujet, TypeAction

AIDE, INFO, CONTACT = TypeAction.AIDE, TypeAction.INFORMATION, TypeAction.CONTACT
RESERVE, DIVERS = (TypeAction.RESERVE, ""), (TypeAction.DIVERS, "")


@dataclass(frozen=True)
class Modele:
    """`suites` : les (type, sujet) d'actions qu'un tel projet appelle. `emplois` : le genre d'emplois qu'il peut projeter."""

    nature: Nature
    titres: tuple[str, ...]
    phrases: tuple[str, ...]
    entendus: tuple[str, ...]
    suites: tuple[tuple[str, str], ...]
    emplois: str = ""


MODELES = (
    Modele(
        Nature.PRODUCTION,
        ("Acquérir {machine}", "Moderniser l’atelier avec {machine}"),
        (
            "Acheter {machine} ferait gagner plusieurs jours sur les délais ; le financement reste à boucler.",
            "L’équipement actuel a vingt ans : {dirigeant} veut le remplacer par {machine} {mois}.",
            "Les commandes suivent, la cadence non : l’achat d’{machine} est à l’étude.",
        ),
        (
            "Le projet d’acheter {machine} est ancien ; il a été repoussé faute de visibilité. Deux devis sont arrivés et "
            "l’emplacement est prêt.",
            "{Dirigeant} chiffre le projet et demande quelles aides se demandent avant de signer le bon de commande.",
            "L’installation prendrait deux semaines, à placer pendant la fermeture. Le retour attendu est de {n} ans.",
        ),
        (
            (INFO, Sujet.INFO_AIDES),
            (CONTACT, Sujet.CONTACT_PRODUCTION),
            (AIDE, Sujet.AIDE_INNOVATION),
            (AIDE, Sujet.AIDE_TRANSFERTS),
            RESERVE,
            DIVERS,
        ),
        "investissement",
    ),
    Modele(
        Nature.PRODUCTION,
        ("Agrandir l’atelier de {surface} m²", "Construire un bâtiment industriel"),
        (
            "L’atelier est plein : il faudrait {surface} m² de plus {mois}.",
            "Faute de place, une partie du stock dort sous bâche ; {dirigeant} cherche à s’étendre.",
            "Un terrain voisin se libère et l’agrandissement redevient possible.",
        ),
        (
            "La circulation dans l’atelier fait perdre du temps chaque jour. Le plan d’un bâtiment de {surface} m² existe ; "
            "il manque l’avis de la commune sur l’accès des camions.",
            "{Dirigeant} hésite entre construire sur place et déménager dans une zone d’activité mieux desservie.",
        ),
        (
            (INFO, Sujet.INFO_IMMOBILIER),
            (CONTACT, Sujet.CONTACT_LOCAUX),
            (INFO, Sujet.INFO_AIDES),
            RESERVE,
            DIVERS,
        ),
        "investissement",
    ),
    Modele(
        Nature.PRODUCTION,
        ("Réduire la consommation d’énergie", "Isoler et récupérer la chaleur des machines"),
        (
            "L’énergie pèse désormais {pourcent} % des coûts : l’entreprise veut mesurer avant d’investir.",
            "Récupérer la chaleur des compresseurs chaufferait l’atelier ; reste à le chiffrer.",
        ),
        (
            "Le contrat d’électricité arrive à son terme {mois}. Aucun relevé par machine n’existe à ce jour.",
            "Un premier diagnostic avait été fait sans suite. {Dirigeant} demande un interlocuteur unique sur le sujet.",
        ),
        ((INFO, Sujet.INFO_AUTRES), (INFO, Sujet.INFO_AIDES), (CONTACT, Sujet.CONTACT_PRODUCTION), RESERVE, DIVERS),
        "investissement",
    ),
    Modele(
        Nature.PRODUCTION,
        ("Obtenir une certification qualité", "Faire certifier l’atelier"),
        (
            "Un client important demande une certification : l’entreprise part de peu mais s’y met.",
            "La certification ouvrirait deux marchés aujourd’hui fermés à l’entreprise.",
        ),
        (
            "Les procédures existent sur le papier, elles ne sont pas tenues à jour. Une personne s’en chargerait à mi-temps.",
            "L’audit à blanc a relevé une dizaine d’écarts, la plupart sur la traçabilité.",
        ),
        ((INFO, Sujet.INFO_QUALITE), (CONTACT, Sujet.CONTACT_PRODUCTION), DIVERS, RESERVE),
    ),
    Modele(
        Nature.PRODUCTION,
        ("Mettre au point un nouveau procédé", "Remplacer un procédé gourmand en matière"),
        (
            "Un essai de laboratoire a réussi ; il faut maintenant passer à la taille de l’atelier.",
            "L’entreprise a une idée pour mieux employer {dechets} et cherche un laboratoire.",
        ),
        (
            "L’essai a été mené avec un lycée technique. {Dirigeant} ne sait pas à qui confier la suite ni comment la protéger.",
            "Trois prototypes ont été faits sur les heures creuses ; les mesures restent à confirmer par un tiers.",
        ),
        (
            (CONTACT, Sujet.CONTACT_RECHERCHE),
            (AIDE, Sujet.AIDE_INNOVATION),
            (AIDE, Sujet.AIDE_PROJETS),
            (AIDE, Sujet.AIDE_SERVICES),
            (AIDE, Sujet.AIDE_TRANSFERTS),
            (AIDE, Sujet.AIDE_JEUNES),
            (INFO, Sujet.INFO_AIDES),
            RESERVE,
        ),
        "investissement",
    ),
    Modele(
        Nature.PRODUCTION,
        ("Informatiser le suivi de production", "Équiper l’atelier d’un logiciel de planification"),
        (
            "Le planning se tient sur un tableau blanc ; un logiciel est à choisir.",
            "Les délais se calculent encore à la main : {dirigeant} veut informatiser le suivi {mois}.",
        ),
        (
            "Deux éditeurs sont venus. Leurs offres ne se comparent pas et l’entreprise souhaite un avis extérieur.",
            "Les temps passés ne sont pas relevés : le prix de revient est estimé une fois l’an.",
        ),
        ((INFO, Sujet.INFO_AIDES), (CONTACT, Sujet.CONTACT_PRODUCTION), RESERVE, DIVERS),
    ),
    Modele(
        Nature.PRODUITS,
        ("Lancer une nouvelle gamme", "Vendre sous sa propre marque"),
        (
            "L’entreprise, surtout sous-traitante, veut proposer {produit} sous sa propre marque.",
            "Une gamme courte est prête ; il manque le prix, l’emballage et les premiers revendeurs.",
        ),
        (
            "Les échantillons ont plu à deux acheteurs. Rien n’est protégé ni photographié.",
            "{Dirigeant} voudrait tester la gamme sur un salon avant de lancer les outillages.",
        ),
        ((CONTACT, Sujet.CONTACT_PRODUITS), (INFO, Sujet.INFO_EXPORT), DIVERS, RESERVE),
        "developpement",
    ),
    Modele(
        Nature.FORMATION,
        ("Recruter des {metiers}", "Renforcer l’équipe de production"),
        (
            "Deux postes {de_metiers} sont ouverts depuis {n} mois sans candidat.",
            "L’entreprise refuse des commandes faute {de_metiers}.",
            "Une équipe de plus serait possible si l’on trouvait des {metiers} dans le bassin.",
        ),
        (
            "Les annonces n’ont rien donné. {Dirigeant} est prêt{e} à former des débutants, à condition d’être aidé{e} sur le "
            "temps du tuteur.",
            "Le logement et les transports reviennent dans toutes les candidatures refusées.",
        ),
        ((INFO, Sujet.INFO_EMPLOI), (CONTACT, Sujet.CONTACT_FORMATION), DIVERS, RESERVE),
        "embauche",
    ),
    Modele(
        Nature.FORMATION,
        ("Embaucher un ingénieur de développement", "Créer un poste de bureau d’études"),
        (
            "Le bureau d’études tient à une seule personne : un second poste est envisagé.",
            "Un stage de fin d’études pourrait devenir une embauche.",
        ),
        (
            "Les demandes spéciales représentent {pourcent} % des devis et partent en retard. Le profil est écrit.",
            "L’entreprise connaît mal les écoles et les laboratoires de la région.",
        ),
        ((AIDE, Sujet.AIDE_INGENIEURS), (INFO, Sujet.INFO_EMPLOI), (CONTACT, Sujet.CONTACT_FORMATION), DIVERS),
        "embauche",
    ),
    Modele(
        Nature.FORMATION,
        ("Former les équipes", "Former à la conduite des machines"),
        (
            "Six personnes sont à former avant l’arrivée du nouvel équipement.",
            "Le plan de formation est à reprendre : les besoins ont changé plus vite que lui.",
        ),
        (
            "Les formations proposées se tiennent trop loin ; l’entreprise préférerait une session dans ses murs.",
            "Personne n’a suivi de formation depuis {n} ans. Les fonds disponibles ne sont pas connus.",
        ),
        ((INFO, Sujet.INFO_FORMATION), (CONTACT, Sujet.CONTACT_FORMATION), RESERVE, DIVERS),
    ),
    Modele(
        Nature.FORMATION,
        ("Préparer les départs à la retraite", "Transmettre les savoir-faire de l’atelier"),
        (
            "{n} départs à la retraite sont attendus en trois ans et rien n’est écrit des gestes du métier.",
            "Les plus anciens partent bientôt : {dirigeant} veut organiser le relais.",
        ),
        (
            "Les réglages tiennent à deux personnes. Un binôme par poste serait possible un jour par semaine.",
            "Une grille des compétences a été commencée puis laissée de côté.",
        ),
        ((INFO, Sujet.INFO_FORMATION), (INFO, Sujet.INFO_EMPLOI), (CONTACT, Sujet.CONTACT_FORMATION), RESERVE, DIVERS),
        "embauche",
    ),
    Modele(
        Nature.FORMATION,
        ("Embaucher un commercial", "Organiser la vente"),
        (
            "Toutes les ventes passent par {dirigeant} : un premier commercial est envisagé.",
            "L’entreprise n’a personne pour visiter ses clients hors du département.",
        ),
        (
            "Le poste pourrait être partagé avec une autre société, si les produits ne se concurrencent pas.",
            "Un essai avec un agent n’a pas abouti. Le secteur et la rémunération restent à définir.",
        ),
        ((INFO, Sujet.INFO_EMPLOI), DIVERS, RESERVE, (CONTACT, Sujet.CONTACT_FORMATION)),
        "embauche",
    ),
    Modele(
        Nature.FORMATION,
        ("Aménager les horaires de l’atelier", "Mieux utiliser les équipements par des équipes décalées"),
        (
            "Les machines tournent sept heures par jour : {dirigeant} étudie des équipes décalées.",
            "Un accord d’entreprise est à reprendre pour absorber les pics de commandes.",
        ),
        (
            "Le sujet a été évoqué avec les représentants du personnel, sans calendrier. Un texte type aiderait à démarrer.",
            "Les pics durent six semaines, deux fois par an. L’intérim les couvre aujourd’hui.",
        ),
        (DIVERS, RESERVE, (INFO, Sujet.INFO_EMPLOI)),
    ),
    Modele(
        Nature.ENVIRONNEMENT,
        ("Mettre à jour le classement du site", "Régulariser une extension de l’activité"),
        (
            "L’activité a grandi et le classement du site est à revoir.",
            "{Dirigeant} ne sait plus de quel régime relève l’atelier depuis son extension.",
        ),
        (
            "Le dernier dossier a plus de dix ans. Les quantités stockées ont changé depuis.",
            "La demande porte sur la marche à suivre et les délais, avant tout investissement.",
        ),
        ((INFO, Sujet.INFO_ICPE), DIVERS, RESERVE),
    ),
    Modele(
        Nature.ENVIRONNEMENT,
        ("Traiter les rejets de l’atelier", "Mieux valoriser les déchets de production"),
        (
            "Que faire {de_dechets} ? L’évacuation coûte de plus en plus cher.",
            "Le traitement {de_dechets} est à reprendre ; un voisin a le même besoin.",
        ),
        (
            "Un prestataire passe chaque mois. Le tonnage est connu, la filière de valorisation non.",
            "{Dirigeant} demande ce qu’exige la réglementation et ce qui relève du bon usage.",
        ),
        ((INFO, Sujet.INFO_ICPE), DIVERS, RESERVE),
        "investissement",
    ),
    Modele(
        Nature.IDENTITE,
        ("Préparer la transmission", "Organiser la succession à la tête de l’entreprise"),
        (
            "La transmission est envisagée à cinq ans ; rien n’est encore évalué.",
            "Un cadre pourrait reprendre l’entreprise, le montage reste à trouver.",
        ),
        (
            "{Dirigeant} souhaite en parler tôt et discrètement. L’immobilier et l’exploitation sont dans la même société.",
            "Une évaluation a été faite il y a {n} ans. Elle est à reprendre avec les derniers comptes.",
        ),
        (
            (CONTACT, Sujet.CONTACT_IDENTITE),
            (INFO, Sujet.INFO_FINANCES),
            (CONTACT, Sujet.CONTACT_FINANCE),
            RESERVE,
            DIVERS,
        ),
    ),
    Modele(
        Nature.IDENTITE,
        ("Reprendre une société complémentaire",),
        (
            "Une société voisine cherche un repreneur et les métiers se complètent.",
            "Racheter un confrère apporterait une clientèle et un second atelier.",
        ),
        (
            "Les premiers échanges datent du printemps. Il manque un avis sur le prix et sur les reprises de contrats.",
            "Les comptes de l’autre société ont été transmis. {Dirigeant} veut un regard extérieur avant d’écrire une offre.",
        ),
        ((CONTACT, Sujet.CONTACT_IDENTITE), (CONTACT, Sujet.CONTACT_FINANCE), (INFO, Sujet.INFO_FINANCES), RESERVE, DIVERS),
        "developpement",
    ),
    Modele(
        Nature.IDENTITE,
        ("Ouvrir le capital", "Faire entrer un associé"),
        (
            "Pour grandir, l’entreprise envisage de faire entrer un associé financier.",
            "Deux cadres pourraient entrer au capital ; la forme reste à trouver.",
        ),
        (
            "Les fonds propres sont jugés courts pour le projet. {Dirigeant} veut garder la majorité.",
            "Aucun pacte n’a été écrit. La question du prix vient avant celle du calendrier.",
        ),
        ((CONTACT, Sujet.CONTACT_FINANCE), (INFO, Sujet.INFO_FINANCES), (CONTACT, Sujet.CONTACT_IDENTITE), RESERVE, DIVERS),
    ),
    Modele(
        Nature.DIVERS,
        ("Vendre à l’étranger", "Prospecter {pays}"),
        (
            "Des demandes arrivent {de_pays} et restent sans suite, faute de savoir livrer et facturer.",
            "L’entreprise exporte par hasard ; elle voudrait le faire exprès.",
        ),
        (
            "Aucune documentation n’est traduite. Un premier salon est envisagé {mois}.",
            "{Dirigeant} cherche un distributeur plutôt qu’une filiale, et demande comment se couvrir contre les impayés.",
        ),
        ((INFO, Sujet.INFO_EXPORT), (CONTACT, Sujet.CONTACT_COMMERCE), (INFO, Sujet.INFO_AIDES), DIVERS),
        "developpement",
    ),
    Modele(
        Nature.DIVERS,
        ("Trouver de nouveaux donneurs d’ordre", "Réduire la dépendance au premier client"),
        (
            "Un client fait {part} % des ventes : l’entreprise veut s’en libérer par étapes.",
            "La charge est bonne jusqu’à l’été ; ensuite il faut trouver d’autres donneurs d’ordre.",
        ),
        (
            "Le parc de machines permettrait de servir d’autres métiers. Trois rendez-vous suffiraient à essayer.",
            "{Dirigeant} accepterait de travailler avec des confrères sur des commandes groupées.",
        ),
        ((CONTACT, Sujet.CONTACT_COMMERCE), (INFO, Sujet.INFO_QUALITE), (CONTACT, Sujet.CONTACT_RECHERCHE), DIVERS, RESERVE),
        "developpement",
    ),
    Modele(
        Nature.DIVERS,
        ("Conforter la trésorerie", "Financer la croissance des stocks"),
        (
            "La hausse du prix {matiere} gonfle les stocks et tend la trésorerie.",
            "La croissance se paie comptant et s’encaisse à soixante jours.",
        ),
        (
            "Les banques suivent, avec des délais. Un tableau de trésorerie sur douze semaines est tenu depuis peu.",
            "Un impayé de l’an dernier n’est pas absorbé. {Dirigeant} demande qui rencontrer, avant que cela ne presse.",
        ),
        ((INFO, Sujet.INFO_FINANCES), (CONTACT, Sujet.CONTACT_FINANCE), RESERVE, DIVERS),
    ),
    Modele(
        Nature.DIVERS,
        ("Améliorer l’accès au site", "Signaler la zone d’activité"),
        (
            "Les camions se perdent : l’accès au site est à signaler et à élargir.",
            "L’accès des semi-remorques se fait par le village ; une autre desserte est demandée.",
        ),
        (
            "La commune est favorable, le financement n’est pas réparti. Deux entreprises voisines sont concernées.",
            "Un plan a été dessiné il y a {n} ans, puis laissé de côté.",
        ),
        ((INFO, Sujet.INFO_IMMOBILIER), DIVERS, RESERVE),
    ),
    Modele(
        Nature.DIVERS,
        ("Refaire le site internet", "Passer aux commandes en ligne"),
        (
            "Le site internet date et ne montre pas ce que fait l’entreprise ; il serait à refaire {mois}.",
            "Les clients réguliers voudraient commander en ligne ; tout passe encore par téléphone.",
        ),
        (
            "Une refonte a été chiffrée. {Dirigeant} demande si une aide existe pour ce genre de dépense.",
            "Le débit disponible sur la zone reste faible et personne, dans l’atelier, ne s’en occuperait.",
        ),
        ((INFO, Sujet.INFO_AIDES), (INFO, Sujet.INFO_AUTRES), DIVERS, RESERVE),
    ),
)

PAR_NATURE = {nature: tuple(modele for modele in MODELES if modele.nature == nature) for nature in Nature}
