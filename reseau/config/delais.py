"""Ce qu'une page attend et calcule au plus sur PostgreSQL, en secondes ; l'environnement l'emporte. Les commandes, plus."""

DELAIS = {"ATTENTE_VERROU": "5", "DUREE_REQUETE": "10"}
