"""Un répertoire public d'entreprises pour de vrai : un petit serveur HTTP local qui répond ce qu'on lui dit."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.donnees.fabrique import siret


def fiche(rang, **valeurs):
    """Un établissement tel que l'API le décrit (siège : l'adresse y est aussi en morceaux)."""
    return {
        "siret": siret(rang),
        "activite_principale": "16.10A",
        "activite_principale_naf25": "16.11Y",
        "adresse": "1 RUE DES ESSAIS 70000 VESOUL",
        "code_postal": "70000",
        "commune": "70550",
        "libelle_commune": "VESOUL",
        "complement_adresse": None,
        "numero_voie": "1",
        "indice_repetition": None,
        "type_voie": "RUE",
        "libelle_voie": "DES ESSAIS",
        "est_siege": True,
        "etat_administratif": "A",
        "liste_enseignes": None,
        "nom_commercial": None,
        "statut_diffusion_etablissement": "O",
        "tranche_effectif_salarie": "12",
    } | valeurs


def secondaire(rang, **valeurs):
    """Un établissement qui répond à la recherche sans être le siège : son adresse est d'un bloc."""
    absents = {"complement_adresse", "numero_voie", "indice_repetition", "type_voie", "libelle_voie"}
    return {nom: valeur for nom, valeur in fiche(rang, est_siege=False, **valeurs).items() if nom not in absents}


def unite(rang, *, siege=None, autres=(), **valeurs):
    """Une unité légale, son siège et les établissements qui répondent à la recherche."""
    return {
        "siren": siret(rang)[:9],
        "nom_complet": f"SCIERIE FICTIVE {rang} (SF)",
        "nom_raison_sociale": f"SCIERIE FICTIVE {rang}",
        "sigle": None,
        "siege": siege or fiche(rang),
        "statut_diffusion": "O",
        "dirigeants": [{"nom": "FICTIF", "prenoms": "JEAN", "qualite": "Gérant", "type_dirigeant": "personne physique"}],
        "matching_etablissements": list(autres),
    } | valeurs


def reponse(*unites, total=None):
    """Les octets d'une réponse de l'API."""
    corps = {"results": list(unites), "total_results": total or len(unites), "page": 1, "per_page": 10, "total_pages": 1}
    return json.dumps(corps).encode()


class Serveur:
    """`jouer(*réponses)` : ce qu'il rendra, dans l'ordre, la dernière autant de fois qu'il faut ; `demandes` : les « q » reçus.

    Une réponse est (statut, octets), ou une fonction qui reçoit la connexion (`BaseHTTPRequestHandler`).
    """

    def __init__(self):
        self.reponses, self.demandes = [], []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._gestionnaire())
        self.http.daemon_threads = True
        self.fil = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def adresse(self):
        return f"http://127.0.0.1:{self.http.server_port}/search"

    def jouer(self, *reponses):
        self.reponses, self.demandes = list(reponses), []

    def _gestionnaire(serveur):
        class Gestionnaire(BaseHTTPRequestHandler):
            def do_GET(self):
                serveur.demandes.append(parse_qs(urlsplit(self.path).query)["q"][0])
                suite = serveur.reponses.pop(0) if len(serveur.reponses) > 1 else serveur.reponses[0]
                if callable(suite):
                    suite(self)
                else:
                    repondre(self, *suite)

            def log_message(self, *_):
                """Rien sur la sortie des essais."""

        return Gestionnaire


def repondre(connexion, statut, octets=b"{}", annonces=None):
    connexion.send_response(statut)
    connexion.send_header("Content-Type", "application/json")
    connexion.send_header("Content-Length", str(annonces or len(octets)))
    connexion.end_headers()
    connexion.wfile.write(octets)


def couper(connexion):
    """Annonce plus qu'il n'envoie, puis raccroche."""
    repondre(connexion, 200, b'{"results": [', annonces=5_000)
    connexion.close_connection = True


def trainer(connexion):
    """Ne répond qu'après le délai du client."""
    time.sleep(0.6)


def goutter(connexion):
    """Envoie un octet de temps en temps, sans fin."""
    connexion.send_response(200)
    connexion.end_headers()
    try:
        for _ in range(40):
            connexion.wfile.write(b" ")
            time.sleep(0.05)
    except OSError:
        return


@contextmanager
def ouvert():
    serveur = Serveur()
    serveur.fil.start()
    try:
        yield serveur
    finally:
        serveur.http.shutdown()
        serveur.http.server_close()
        serveur.fil.join()
