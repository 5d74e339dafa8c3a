"""L'avancement d'un geste long, lu par un autre que celui qui l'écrit."""

from reseau.lib import progression


def test_avancement_se_lit_pendant_et_s_efface_apres():
    with progression.suivre("essai-pendant") as avancer:
        avancer(3, 10, "lecture")
        assert progression.lire("essai-pendant") == {"fait": 3, "total": 10, "etape": "lecture"}
    assert progression.lire("essai-pendant") == {}


def test_avancement_s_ecrit_au_plus_cinq_fois_par_seconde():
    with progression.suivre("essai-cadence") as avancer:
        for fait in range(1000):
            avancer(fait, 1000)
        assert progression.lire("essai-cadence")["fait"] == 0


def test_avancement_s_efface_meme_si_le_geste_echoue():
    try:
        with progression.suivre("essai-echec") as avancer:
            avancer(1, 2)
            raise ValueError
    except ValueError:
        assert progression.lire("essai-echec") == {}


def test_sans_cle_rien_ne_s_ecrit():
    with progression.suivre("") as avancer:
        avancer(1, 2)
    assert progression.lire("") == {}
