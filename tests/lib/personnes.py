"""Des personnes qui travaillent : chacune son compte, ses pages de tous les jours, et le temps de les lire."""

import random
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

REFLEXION = (1.0, 3.0)  # secondes entre deux pages
ASSEZ = 20  # mesures : en dessous, un quantile ne dit rien
REUSSITES = (200, 302)


@dataclass(frozen=True)
class Page:
    """Ce que l'on ouvre, et combien de fois plus qu'une autre page ; `corps` : ce que l'on envoie, si c'est un envoi."""

    nom: str
    adresse: str
    poids: int = 1
    corps: tuple = ()


@dataclass(frozen=True)
class Personne:
    """Le témoin de sa session, et ses pages."""

    temoin: str
    pages: tuple[Page, ...]


@dataclass
class Mesures:
    """Ce que chaque page a pris, en secondes ; et ce qui n'a pas répondu comme il faut."""

    durees: dict = field(default_factory=lambda: defaultdict(list))
    erreurs: list = field(default_factory=list)

    @property
    def nombre(self):
        return sum(map(len, self.durees.values()))

    def quantile(self, centieme, nom=None):
        """Le quantile de toutes les pages, ou de celle-ci ; 0 s'il y a trop peu de mesures."""
        durees = self.durees[nom] if nom else [duree for siennes in self.durees.values() for duree in siennes]
        return quantiles(durees, n=100)[centieme - 1] if len(durees) >= ASSEZ else 0.0

    def pages(self):
        """Les pages assez ouvertes pour en juger."""
        return sorted(nom for nom, siennes in self.durees.items() if len(siennes) >= ASSEZ)

    def en_clair(self):
        centiemes = ", ".join(f"p{centieme} {1000 * self.quantile(centieme):.0f} ms" for centieme in (50, 95, 99))
        return f"{centiemes} ({self.nombre} pages, {len(self.erreurs)} erreurs)"


class Foule:
    """Des personnes devant un service, un fil chacune ; `mesures` se vide et se change sans les interrompre."""

    def __init__(self, service, personnes, graine=1996):
        self.service, self.mesures, self._fin = service, Mesures(), threading.Event()
        self._fils = [
            threading.Thread(target=self._vivre, args=(personne, random.Random(f"{graine} {rang}")))
            for rang, personne in enumerate(personnes)
        ]

    def __enter__(self):
        for fil in self._fils:
            fil.start()
        return self

    def __exit__(self, *_):
        self._fin.set()
        for fil in self._fils:
            fil.join()

    def mesurer(self, secondes=0):
        """Oublie ce qui précède ; rend les mesures, celles de `secondes` si on les attend."""
        self.mesures = Mesures()
        time.sleep(secondes)
        return self.mesures

    def _vivre(self, personne, hasard):
        poids = [page.poids for page in personne.pages]
        self._fin.wait(hasard.uniform(0, REFLEXION[1]))
        while not self._fin.is_set():
            (page,) = hasard.choices(personne.pages, poids)
            self._ouvrir(page, personne.temoin)
            self._fin.wait(hasard.uniform(*REFLEXION))

    def _ouvrir(self, page, temoin):
        mesures, depart = self.mesures, time.perf_counter()
        statut, _, _ = self.service.demander(page.adresse, temoin, urlencode(page.corps) if page.corps else None)
        mesures.durees[page.nom].append(time.perf_counter() - depart)
        if statut not in REUSSITES:
            mesures.erreurs.append(f"{page.nom} : {statut or 'rien'}")


@contextmanager
def foule(service, personnes, *, rechauffe):
    """Les personnes au travail ; les `rechauffe` premières secondes, où chaque ouvrier charge ses gabarits, ne comptent pas."""
    with Foule(service, personnes) as presente:
        presente.mesurer(rechauffe)
        presente.mesurer()
        yield presente
