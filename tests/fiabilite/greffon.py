"""Ce que pytest fait d'une vérification : la choisir, la jouer saine puis cassée, en rendre le compte."""

import pytest
from django.conf import settings

from tests.fiabilite.rapport import Rapport, prevoir
from tests.fiabilite.tableau import SANS_MOTEUR
from tests.fiabilite.verification import Bilan, ContreEpreuveAttrapee

COMPTE = "verification"


def pytest_addoption(parser):
    groupe = parser.getgroup("fiabilite")
    groupe.addoption("--fiabilite", action="store_true", help="les seules vérifications, entières, et leurs contre-épreuves")
    groupe.addoption("--longue", action="store_true", help="avec --fiabilite : aussi celles qui n’ont pas de limite de temps")


def pytest_configure(config):
    config.addinivalue_line("markers", "verification(numero, quoi, …): l'une des soixante (tests/fiabilite/tableau.py)")
    config.addinivalue_line("markers", "entiere: un cas que la suite ordinaire ne joue pas, un passage de fiabilité, si")
    config.addinivalue_line(
        "markers", "seule: une vérification qui mesure des temps, jouée sans autre essai à côté (posé d'office)"
    )


def pytest_generate_tests(metafunc):
    """Une contre-épreuve par façon de casser, dans un passage de fiabilité."""
    marque = metafunc.definition.get_closest_marker("verification")
    if marque is None:
        return
    casses = marque.kwargs["casses"] if metafunc.config.getoption("fiabilite") else ()
    passages = [None, *casses]
    metafunc.parametrize("bilan", passages, indirect=True, ids=["sain", *(f"contre-epreuve-{c.__name__}" for c in casses)])


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config, items):
    """Choisit, puis, ce que l'on demande d'autre (« -k », « -m ») ayant choisi aussi, dit au rapport ce qui s'en jouera."""
    verifications = [item for item in items if item.get_closest_marker("verification")]
    for item in verifications:
        if _est_seule(item):
            item.add_marker("seule")
    gardes = [item for item in items if _se_joue(config, item)]
    if len(gardes) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(gardes)])
        items[:] = gardes
    resultat = yield
    if config.getoption("fiabilite"):
        items.sort(key=_du_plus_long)
    if config.getoption("fiabilite") and getattr(config, "workerinput", {"workerid": "gw0"})["workerid"] == "gw0":
        joues = set(items)
        prevoir({item.nodeid: item in joues for item in verifications})
    return resultat


def _du_plus_long(item):
    """Ce qui a sa propre base, puis ce qui tient un navigateur : joué d'abord, il ne laisse pas un processus finir seul."""
    sur_la_base = bool(item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames))
    return sur_la_base, not item.get_closest_marker("navigateur")


def _est_seule(item):
    marque = item.get_closest_marker("verification")
    return bool(marque and marque.kwargs["seule"])


def _se_joue(config, item):
    marque, fiabilite = item.get_closest_marker("verification"), config.getoption("fiabilite")
    entiere = bool(item.get_closest_marker("entiere"))
    if marque is None:
        return entiere == fiabilite
    if moteur() not in marque.kwargs["moteurs"] or (_est_seule(item) and hasattr(config, "workerinput")):
        return False
    if fiabilite and moteur() != "sqlite" and marque.kwargs["numero"] in SANS_MOTEUR and "sqlite" in marque.kwargs["moteurs"]:
        return False
    if not fiabilite:
        return not entiere and moteur() in marque.kwargs["rapide"]
    return config.getoption("longue") or not marque.kwargs["longue"]


def moteur():
    """« sqlite » ou « postgresql »."""
    return settings.DATABASES["default"]["ENGINE"].rpartition(".")[2].removesuffix("3")


@pytest.fixture
def bilan(request):
    """Le `Bilan` d'une vérification ; conclu à la fin de l'essai."""
    return Bilan(casse=request.param is not None, entier=request.config.getoption("fiabilite"))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Casse le produit le temps du corps de l'essai (ses fixtures sont saines), puis conclut."""
    if not (marque := pyfuncitem.get_closest_marker("verification")):
        return (yield)
    bilan = pyfuncitem.funcargs["bilan"]
    with pytest.MonkeyPatch.context() as monkeypatch:
        if casser := pyfuncitem.callspec.params["bilan"]:
            casser(monkeypatch)
        try:
            resultat = yield
        except ContreEpreuveAttrapee:
            resultat = True
    compte = {"numero": marque.kwargs["numero"], "quoi": marque.kwargs["quoi"], "casse": bilan.casse}
    pyfuncitem.user_properties.append(
        (
            COMPTE,
            compte | {"essayes": bilan.essayes, "echoues": bilan.echoues, "details": bilan.details, "mesures": bilan.mesures},
        )
    )
    bilan.conclure()
    return resultat


class Greffier:
    """Dans le processus qui dirige : réunit les comptes, écrit le rapport, le dit."""

    def __init__(self):
        self.rapport = Rapport(moteur())

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            compte = dict(report.user_properties).get(COMPTE)
            self.rapport.ajouter(compte, report.nodeid, report.outcome, report.duration)

    def pytest_terminal_summary(self, terminalreporter):
        for ligne in self.rapport.ecrire():
            terminalreporter.write_line(ligne)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    dirige = not hasattr(session.config, "workerinput")
    if dirige and session.config.getoption("fiabilite"):
        session.config.pluginmanager.register(Greffier(), "greffier")
