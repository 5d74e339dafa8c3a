"""Le compte rendu d'un passage : `reports/fiabilite.json`, un moteur après l'autre, et les mêmes nombres en clair."""

import json
from datetime import UTC, datetime
from pathlib import Path

from reseau.sauvegarde.copies import commit_du_code
from tests.fiabilite.tableau import PROMESSES

RACINE = Path(__file__).resolve().parent.parent.parent
FICHIER = RACINE / "reports" / "fiabilite.json"
PREVUS = RACINE / "reports" / "essais_prevus.json"
GRAINE = 1996
VIDE = {"essais": {}, "sautees": [], "tombees": [], "inacheves": [], "ecartes": []}


def prevoir(essais):
    """Retient ce qu'un passage va jouer : {essai: vrai s'il l'est, faux s'il est écarté}. Celui qui dirige ne le sait pas."""
    PREVUS.parent.mkdir(exist_ok=True)
    PREVUS.write_text(json.dumps(essais))


class Rapport:
    """Les comptes d'un moteur, ajoutés un essai à la fois."""

    def __init__(self, moteur):
        self.moteur, self.essais, self.sautees, self.tombees = moteur, {}, [], []
        PREVUS.unlink(missing_ok=True)

    def ajouter(self, compte, nodeid, issue, duree):
        """`compte` : ce qu'une vérification a noté, ou None si elle n'est pas allée au bout (sautée, ou tombée avant)."""
        if issue == "skipped":
            self.sautees.append(nodeid)
        elif issue == "failed" and (compte is None or compte["casse"]):
            self.tombees.append(nodeid)
        if compte is not None:
            self.essais[nodeid] = compte | {"secondes": duree}

    def ecrire(self):
        """Met à jour le fichier et rend les lignes à dire."""
        FICHIER.parent.mkdir(exist_ok=True)
        ensemble = self._deja_ecrit()
        avant = ensemble["moteurs"].get(self.moteur, VIDE)
        prevus = json.loads(PREVUS.read_text()) if PREVUS.exists() else {}
        essais = avant["essais"] | self.essais
        ailleurs = {nom for autre in ensemble["moteurs"].values() for nom in autre["essais"]} | set(essais)
        ecartes = {*avant["ecartes"], *(nom for nom, joue in prevus.items() if not joue)} - ailleurs
        totaux = compter(essais)
        ensemble["moteurs"][self.moteur] = {
            "verifications": {numero: totaux[numero] for numero in PROMESSES if numero in totaux},
            "non_jouees": {numero: PROMESSES[numero] for numero in PROMESSES if numero not in totaux},
            "sautees": sorted({*avant["sautees"], *self.sautees}),
            "tombees": sorted({*avant["tombees"], *self.tombees}),
            "inacheves": sorted({*avant["inacheves"], *self.inacheves(prevus)} - set(essais)),
            "ecartes": sorted(ecartes),
            "essais": essais,
        }
        FICHIER.write_text(json.dumps(ensemble, ensure_ascii=False, indent=2) + "\n")
        return self.en_clair(prevus, ecartes)

    def inacheves(self, prevus):
        """Ceux que ce passage devait jouer et qui n'ont rien rendu : le temps a manqué, ou leur processus est mort."""
        dits = {*self.essais, *self.sautees, *self.tombees}
        return sorted(nom for nom, joue in prevus.items() if joue and nom not in dits)

    def _deja_ecrit(self):
        """Ce qu'un passage précédent du même code a laissé, et que celui-ci complète ; rien s'il vient d'un autre code."""
        entete = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit_du_code(), "graine": GRAINE}
        lu = json.loads(FICHIER.read_text()) if FICHIER.exists() else {}
        return {"moteurs": lu["moteurs"] if lu.get("commit") == entete["commit"] else {}} | entete

    def en_clair(self, prevus=(), ecartes=()):
        """Une ligne par vérification jouée, puis celles qui ne l'ont pas été, et, par leur nom, les essais qui y manquent."""
        lignes = [f"Fiabilité sur {self.moteur} : essayés / échoués, contre-épreuves attrapées"]
        totaux = compter(self.essais)
        for numero, promesse in PROMESSES.items():
            if compte := totaux.get(numero):
                attrapees = f"{compte['contre_epreuves_attrapees']}/{compte['contre_epreuves']}"
                nombres = f"{compte['essayes']:>8} / {compte['echoues']:<4} {attrapees:>6} {compte['secondes']:>7.1f} s"
                lignes.append(f"  {numero:<4}{nombres}  {promesse}")
        manquent = [numero for numero in PROMESSES if numero not in totaux]
        lignes += [f"  Non jouées ({len(manquent)}) : {', '.join(manquent) or 'aucune'}"]
        lignes += _nommer("Écartés, joués sur aucun moteur", ecartes)
        lignes += _nommer("Inachevés", self.inacheves(dict(prevus)))
        return lignes + _nommer("Sautés", self.sautees) + _nommer("Tombés", self.tombees)


def compter(essais):
    """{numéro: totaux} de ces comptes."""
    totaux = {}
    for compte in essais.values():
        total = totaux.setdefault(
            compte["numero"],
            {"essayes": 0, "echoues": 0, "contre_epreuves": 0, "contre_epreuves_attrapees": 0, "secondes": 0.0, "details": []},
        )
        total["secondes"] = round(total["secondes"] + compte["secondes"], 1)
        if compte["casse"]:
            total["contre_epreuves"] += 1
            total["contre_epreuves_attrapees"] += bool(compte["echoues"])
            continue
        total["essayes"] += compte["essayes"]
        total["echoues"] += compte["echoues"]
        total["details"] += [f"{compte['quoi']} : {detail}" for detail in compte["details"]]
        if mesures := compte.get("mesures"):
            total.setdefault("mesures", []).extend(mesures)
    return totaux


def _nommer(quoi, noms):
    """« Sautés (2) : », puis un nom par ligne ; rien s'il n'y en a pas."""
    return [f"  {quoi} ({len(noms)}) :", *(f"    {nom}" for nom in sorted(noms))] if noms else []
