"""Des témoins d'une fuite : un serveur de bouclage qui compte les appels, un fichier canari, les ouvertures de fichiers."""

import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

CANARI = "CANARI-DE-FUITE"

_ecoutes = []


def _entendre(evenement, arguments):
    if _ecoutes and evenement in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        for ecoute in _ecoutes:
            ecoute.append((evenement, str(arguments[:2])))


sys.addaudithook(_entendre)


@contextmanager
def serveur_temoin():
    """Rend (« 127.0.0.1:port », liste des chemins demandés)."""
    appels = []

    class Compteur(BaseHTTPRequestHandler):
        def do_GET(self):
            appels.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Compteur) as serveur:
        fil = threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.01})
        fil.start()
        yield f"127.0.0.1:{serveur.server_port}", appels
        serveur.shutdown()
        fil.join()


@contextmanager
def ecouter():
    """Rend la liste, qui se remplit, de ce que Python ouvre et appelle : [(évènement, arguments)]."""
    entendus = []
    _ecoutes.append(entendus)
    try:
        yield entendus
    finally:
        _ecoutes.remove(entendus)


def ecrire_un_canari(dossier):
    """Un SVG qui porte le canari ; rend son chemin."""
    canari = dossier / "canari.svg"
    canari.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="50"><text y="30">{CANARI}</text></svg>')
    return canari


def viser(vecteurs, hote, canari):
    """Les vecteurs, pointés vers le serveur témoin et le canari."""
    cles = {"HTTP": f"http://{hote}", "HOTE": hote, "FICHIER": canari.as_uri(), "CHEMIN": str(canari)}
    vises = list(vecteurs)
    for cle, valeur in cles.items():
        vises = [vecteur.replace(cle, valeur) for vecteur in vises]
    return vises
