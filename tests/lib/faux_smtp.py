"""Un serveur de courriel local, sur un vrai port, qui se conduit mal à la demande ; il retient ce qu'on lui a remis en entier."""

import socketserver
import threading
import time
from contextlib import contextmanager

MUET = 60  # secondes : plus qu'aucun essai n'attend


class Serveur(socketserver.ThreadingTCPServer):
    """`muet` : l'étape où il se tait (« accueil », « rcpt », « remise »). `goutte` : secondes par octet de ses réponses.

    `refus` : {adresse: code}. `coupe` : il ferme la liaison au lieu d'accepter le message. `remis` : s'allume à chaque message.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Liaison)
        self.recus, self.refus = [], {}
        self.muet, self.goutte, self.coupe = "", 0, False
        self.remis, self.fini = threading.Event(), threading.Event()

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """Un client qui raccroche n'est pas une panne."""


class Liaison(socketserver.StreamRequestHandler):
    def handle(self):
        self.dire("accueil", 220)
        destinataires = []
        while ligne := self.rfile.readline():
            verbe = ligne.decode("ascii", "replace").strip().upper()
            if verbe.startswith("RCPT"):
                adresse = ligne.decode().split("<")[1].split(">")[0]
                destinataires.append(adresse)
                self.dire("rcpt", self.server.refus.get(adresse, 250))
            elif verbe.startswith("DATA"):
                self.dire("data", 354)
                if not self.recevoir(destinataires):
                    return None
            elif verbe.startswith("QUIT"):
                return self.dire("quit", 221)
            else:
                destinataires = [] if verbe.startswith(("MAIL", "RSET")) else destinataires
                self.dire("autre", 250)
        return None

    def recevoir(self, destinataires):
        lignes = []
        while (ligne := self.rfile.readline()) not in (b".\r\n", b""):
            lignes.append(ligne)
        self.server.recus.append((tuple(destinataires), b"".join(lignes).decode()))
        self.server.remis.set()
        if self.server.coupe:
            return False
        self.dire("remise", 250)
        return True

    def dire(self, etape, code):
        if self.server.muet == etape:
            self.server.fini.wait(MUET)
        for octet in f"{code} essai\r\n".encode():
            self.wfile.write(bytes([octet]))
            if self.server.goutte:
                time.sleep(self.server.goutte)


@contextmanager
def serveur_de_courriel(settings=None):
    """Un `Serveur` qui écoute ; `settings` y mène les courriels du projet, avec un délai d'une seconde."""
    with Serveur() as serveur:
        fil = threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        fil.start()
        if settings:
            settings.EMAIL_BACKEND, settings.EMAIL_HOST = "reseau.lib.smtp.EmailBackend", "127.0.0.1"
            settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = serveur.port, 1
        try:
            yield serveur
        finally:
            serveur.fini.set()
            serveur.shutdown()
            fil.join()
