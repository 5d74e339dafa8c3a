"""Un fournisseur d'identité OpenID Connect, sur cette machine : il signe ses jetons (RS256) et rend l'identité en JWT, comme
ProConnect. On lui dit quoi répondre, et de quelle façon mentir."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET, CODE = "client-d-essai", "secret-d-essai", "code-d-essai"
NOM_DE_LA_CLE = "cle-1"
# Deux mille bits se tirent en un dixième de seconde ; une fois pour tous les essais.
CLE, AUTRE_CLE = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class FauxFournisseur:
    """À employer par `with` : écoute sur un port libre de la machine.

    `identite` : ce que rend l'identité ; `jeton` : ce qui s'ajoute au jeton d'identité, ou l'écrase ; `cle` : celle qui signe ;
    `refus` : nom d'étape (« jeton », « identite ») → statut rendu à la place. `recus` garde les envois à l'étape du jeton.
    """

    def __init__(self):
        self.identite = {"sub": "agent-1", "email": "", "email_verified": True}
        self.jeton, self.cle, self.refus, self.recus, self.nonce = {}, CLE, {}, [], ""

    def __enter__(self):
        self.serveur = ThreadingHTTPServer(("127.0.0.1", 0), _reponses(self))
        self.serveur.daemon_threads = True
        Thread(target=self.serveur.serve_forever, daemon=True).start()
        self.adresse = f"http://127.0.0.1:{self.serveur.server_port}"
        return self

    def __exit__(self, *_):
        self.taire()

    def taire(self):
        """Il ne répond plus."""
        self.serveur.shutdown()
        self.serveur.server_close()

    def signer(self, dits):
        tout = {"iss": self.adresse, "aud": CLIENT, "exp": int(time()) + 300, "iat": int(time())} | dits
        return jwt.encode({nom: v for nom, v in tout.items() if v is not None}, self.cle, "RS256", {"kid": NOM_DE_LA_CLE})

    def repondre(self, chemin):
        """(type, corps) de cette étape."""
        if chemin == "/cles":
            publique = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(CLE.public_key()))
            return "application/json", json.dumps({"keys": [publique | {"kid": NOM_DE_LA_CLE, "alg": "RS256"}]})
        if chemin == "/jeton":
            identite = self.signer({"sub": self.identite["sub"], "nonce": self.nonce} | self.jeton)
            return "application/json", json.dumps({"access_token": "acces", "id_token": identite, "token_type": "Bearer"})
        return "application/jwt", self.signer(self.identite)


def reglages(faux):
    """Les réglages de l'outil pour ce fournisseur."""
    return {
        "OIDC_EMETTEUR": faux.adresse,
        "OIDC_RP_CLIENT_ID": CLIENT,
        "OIDC_RP_CLIENT_SECRET": SECRET,
        "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{faux.adresse}/autorisation",
        "OIDC_OP_TOKEN_ENDPOINT": f"{faux.adresse}/jeton",
        "OIDC_OP_USER_ENDPOINT": f"{faux.adresse}/identite",
        "OIDC_OP_JWKS_ENDPOINT": f"{faux.adresse}/cles",
        "OIDC_OP_LOGOUT_ENDPOINT": f"{faux.adresse}/sortie",
        "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend", "reseau.fournisseur.Moteur"],
    }


def _reponses(faux):
    class Reponses(BaseHTTPRequestHandler):
        def do_GET(self):
            etape = self.path.strip("/")
            genre, corps = faux.repondre(self.path)
            self.send_response(faux.refus.get(etape, 200))
            self.send_header("Content-Type", genre)
            self.end_headers()
            self.wfile.write(corps.encode())

        def do_POST(self):
            faux.recus.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.do_GET()

        def log_message(self, *_):
            """Les essais ne parlent pas."""

    return Reponses
