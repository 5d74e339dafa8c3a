"""Le compte rendu d'un passage : `reports/fiabilite.json`, un moteur après l'autre, et les mêmes nombres en clair."""

import json
from datetime import UTC, datetime
from pathlib import Path

from reseau.sauvegarde.copies import commit_du_code
from tests.fiabilite.tableau import PROMESSES

RACINE = Path(__file__).resolve().parent.parent.parent
FICHIER = RACINE / "reports" / "fiabilite.json"
GRAINE = 1996


class Rapport:
    """Les comptes d'un moteur, ajoutés un essai à la fois."""

    def __init__(self, moteur):
        self.moteur, self.comptes, self.sautees, self.tombees = moteur, {}, [], []

    def ajouter(self, compte, nodeid, issue, duree):
        """`compte` : ce qu'une vérification a noté, ou None si elle n'est pas allée au bout (sautée, ou tombée avant)."""
        if issue == "skipped":
            self.sautees.append(nodeid)
        elif issue == "failed" and (compte is None or compte["casse"]):
            self.tombees.append(nodeid)
        if compte is None:
            return
        total = self.comptes.setdefault(
            compte["numero"],
            {"essayes": 0, "echoues": 0, "contre_epreuves": 0, "contre_epreuves_attrapees": 0, "secondes": 0.0, "details": []},
        )
        total["secondes"] = round(total["secondes"] + duree, 1)
        if compte["casse"]:
            total["contre_epreuves"] += 1
            total["contre_epreuves_attrapees"] += bool(compte["echoues"])
        else:
            total["essayes"] += compte["essayes"]
            total["echoues"] += compte["echoues"]
            total["details"] += [f"{compte['quoi']} : {detail}" for detail in compte["details"]]
            if mesures := compte.get("mesures"):
                total.setdefault("mesures", []).extend(mesures)

    def ecrire(self):
        """Met à jour le fichier et rend les lignes à dire."""
        FICHIER.parent.mkdir(exist_ok=True)
        ensemble = self._deja_ecrit()
        avant = ensemble["moteurs"].get(self.moteur, {"verifications": {}, "sautees": [], "tombees": []})
        comptes = avant["verifications"] | self.comptes
        ensemble["moteurs"][self.moteur] = {
            "verifications": {numero: comptes[numero] for numero in PROMESSES if numero in comptes},
            "non_jouees": {numero: PROMESSES[numero] for numero in PROMESSES if numero not in comptes},
            "sautees": sorted({*avant["sautees"], *self.sautees}),
            "tombees": sorted({*avant["tombees"], *self.tombees}),
        }
        FICHIER.write_text(json.dumps(ensemble, ensure_ascii=False, indent=2) + "\n")
        return self.en_clair()

    def _deja_ecrit(self):
        """Ce qu'un passage précédent du même code a laissé, et que celui-ci complète ; rien s'il vient d'un autre code."""
        entete = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit_du_code(), "graine": GRAINE}
        lu = json.loads(FICHIER.read_text()) if FICHIER.exists() else {}
        return {"moteurs": lu["moteurs"] if lu.get("commit") == entete["commit"] else {}} | entete

    def en_clair(self):
        """Une ligne par vérification jouée, puis celles qui ne l'ont pas été, et les essais sautés ou tombés."""
        lignes = [f"Fiabilité sur {self.moteur} : essayés / échoués, contre-épreuves attrapées"]
        for numero, promesse in PROMESSES.items():
            if compte := self.comptes.get(numero):
                attrapees = f"{compte['contre_epreuves_attrapees']}/{compte['contre_epreuves']}"
                nombres = f"{compte['essayes']:>8} / {compte['echoues']:<4} {attrapees:>6} {compte['secondes']:>7.1f} s"
                lignes.append(f"  {numero:<4}{nombres}  {promesse}")
        manquent = [numero for numero in PROMESSES if numero not in self.comptes]
        lignes += [f"  Non jouées ({len(manquent)}) : {', '.join(manquent) or 'aucune'}"]
        lignes += [f"  Sauté : {nodeid}" for nodeid in sorted(self.sautees)]
        return lignes + [f"  Tombé : {nodeid}" for nodeid in sorted(self.tombees)]
