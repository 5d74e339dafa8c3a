"""Les soixante vérifications, par lettre : ce que chacune promet. Une vérification absente d'un passage y est nommée."""

PROMESSES = {
    # Accès et cloisonnement
    "A1": "toute adresse déclare qui l’ouvre, et comment",
    "A2": "rôle × adresse × méthode : la réponse que dit la table des droits",
    "A3": "le numéro d’un autre réseau est introuvable",
    "A4": "un numéro d’un autre réseau, posté, est refusé et ne change rien",
    "A5": "aucun jeton d’un autre réseau, d’un déport ou d’une réserve ne se lit nulle part",
    "A6": "un filtre ou un tri forgé ne dit rien",
    "A7": "aucun fichier ne se sert à qui n’y a pas droit",
    "A8": "lire n’écrit rien ; qui ne fait que lire n’écrit jamais",
    "A9": "une institution régalienne ne lit pas la partie réservée",
    "A10": "un droit retiré l’est à la requête suivante",
    "A11": "aucune requête SQL ne lit une table d’un réseau sans le nommer",
    "A12": "dix essais au plus pour entrer, et rien ne dit quels comptes existent",
    # Entrées
    "B1": "aucune saisie ne fait tomber un formulaire, et ce qui est gardé est ce qui est montré",
    "B2": "aucune adresse ni aucun paramètre ne fait tomber une page",
    "B3": "tout fichier de données est lu ou refusé ligne à ligne",
    "B4": "aucun classeur piégé n’épuise le serveur",
    "B5": "un million de lignes s’importent et s’exportent en mémoire bornée",
    "B6": "aucune formule ne s’exécute dans un classeur exporté",
    "B7": "aucun papier ne va chercher ni ne montre ce qui n’est pas à nous",
    "B8": "aucun texte ne rend un papier interminable sans message clair",
    "B9": "aucun texte saisi ne s’exécute dans une page",
    "B10": "aucun repère forgé ne se développe, aucun en-tête ne s’ajoute",
    "B11": "exporter, réimporter, réexporter : les mêmes cases",
    # Simultanéité
    "C1": "deux personnes sur un compte rendu : aucun texte perdu",
    "C2": "un formulaire envoyé deux fois n’agit qu’une",
    "C3": "numéros de lettres sans doublon ni trou",
    "C4": "une entreprise disputée n’a qu’un gagnant, et les autres savent qui",
    "C5": "SQLite ne répond jamais « database is locked »",
    "C6": "verrous bornés, interblocages rejoués",
    # Pannes
    "D1": "un import tué n’est jamais à moitié fait",
    "D2": "un lot de lettres tué reprend sans manque ni double",
    "D3": "une migration tuée reprend et finit au même schéma",
    "D4": "la base redémarre sous charge sans perdre une écriture confirmée",
    "D5": "disque plein : page claire, rien d’à moitié écrit, reprise",
    "D6": "serveur de courriel en panne : rien de perdu, rien de doublé",
    "D7": "changements d’heure, 29 février, nouvel an : rappels justes",
    "D8": "un travail planifié joué deux fois, ou en retard, agit une fois",
    # Durée
    "E1": "sauvegarde PostgreSQL restaurée à l’identique",
    "E2": "sauvegarde SQLite juste pendant que l’on écrit",
    "E3": "une archive suffit à tout restaurer",
    "E4": "la base de chaque version livrée se met à jour",
    "E5": "export complet relu ailleurs à l’identique",
    "E6": "migrations complètes et brèves",
    # Charge
    "F1": "temps de réponse à vingt et cent personnes",
    "F2": "le nombre de requêtes SQL ne croît pas avec les lignes",
    "F3": "mémoire stable dans la durée",
    "F4": "les gros gestes ne gênent pas les autres",
    "F5": "aucune requête lente, aucune liste sans fin",
    # Vie privée
    "G1": "rien ne se garde au-delà de sa durée",
    "G2": "une personne reçoit tout ce qui la nomme, puis s’efface partout",
    "G3": "aucune donnée personnelle dans les journaux techniques",
    "G4": "toute lecture est au journal, qui ne se récrit pas",
    "G5": "une lecture en masse se voit et se freine",
    "G6": "un champ libre prévient de ce qu’on n’y écrit pas",
    # En-têtes et chaîne
    "H1": "la production refuse de démarrer mal réglée",
    "H2": "toute réponse porte ses en-têtes",
    "H3": "dans un navigateur, aucune infraction ni demande au-dehors",
    "H4": "témoins fermés, envois forgés refusés",
    "H5": "dépendances épinglées, sans faille connue",
    "H6": "le code source n’emploie rien de dangereux",
}
# Ce qui ne tient pas au moteur : un passage de fiabilité ne le joue qu'une fois, sur SQLite, le plus rapide des deux.
SANS_MOTEUR = {
    *("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A10", "A11", "A12"),
    *("B4", "B6", "B7", "B8", "B10", "B11", "D6", "D7", "F2", "F5"),
    *("G3", "G5", "G6", "H1", "H2", "H4", "H5", "H6"),
}
