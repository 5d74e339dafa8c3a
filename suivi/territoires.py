"""Les territoires d'une fiche de compétence : arrondissements et bassins d'emploi du département, en codes et en noms."""

from entreprises.models import Arrondissement, ZoneEmploi

ARRONDISSEMENT, ZONE = "arr", "ze"


def territoires_de(reseau):
    """{code: nom} : « arr-701 » → « arrondissement de Vesoul », « ze-4302 » → « bassin d’emploi de Vesoul » ; deux requêtes."""
    arrondissements = Arrondissement.objects.filter(departement=reseau.departement)
    zones = ZoneEmploi.objects.du_departement(reseau.departement)
    noms = {f"{ARRONDISSEMENT}-{lieu.code}": f"arrondissement de {lieu.nom}" for lieu in arrondissements}
    return noms | {f"{ZONE}-{lieu.code}": f"bassin d’emploi de {lieu.nom}" for lieu in zones}


def codes_de(entreprise):
    """{codes} où se trouve l'entreprise ; vide si sa commune n'est pas connue. Sans requête si `commune` est jointe."""
    commune = entreprise.commune if entreprise else None
    if commune is None:
        return set()
    lieux = ((ARRONDISSEMENT, commune.arrondissement_id), (ZONE, commune.zone_emploi_id))
    return {f"{genre}-{code}" for genre, code in lieux if code}
