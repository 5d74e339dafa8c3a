"""Ce qu'une page attend et calcule au plus sur PostgreSQL, en secondes ; l'environnement l'emporte. Une commande n'y est pas tenue."""

DELAIS = {"ATTENTE_VERROU": "5", "DUREE_REQUETE": "10"}
