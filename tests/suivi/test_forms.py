"""Ce que les formulaires acceptent, refusent et proposent."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils.timezone import localdate

from suivi.forms import ActionForm, Choix, DesignationsForm, ProjetForm, ReleveForm, ReunionForm, SaisieDeCompteRendu
from suivi.forms.gestes import SuiteForm
from tests.factories import (
    ActionFactory,
    ContactFactory,
    DeportFactory,
    ExposeFactory,
    InstitutionFactory,
    MembreFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)

JOUR = date(2026, 3, 2)
PASSEE = "Cette date est passée : donnez-en une à venir."


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)


@pytest.fixture
def choix(visite, direct):
    return Choix(direct, visite.entreprise, JOUR, direct, "Proposé : vous.")


def action(choix, **champs):
    donnees = {"type": "information", "libelle": "Renseigner", "echeance": "1_mois", **champs}
    return ActionForm(donnees, choix=choix)


# Une action


@pytest.mark.parametrize(
    ("echeance", "fin"),
    [("15_jours", date(2026, 3, 17)), ("1_mois", date(2026, 4, 2)), ("3_mois", date(2026, 6, 2)), ("date", date(2026, 9, 1))],
)
def test_echeance_devient_une_date(choix, echeance, fin):
    form = action(choix, echeance=echeance, fin_prevue="2026-09-01")
    assert (form.is_valid(), form.instance.fin_prevue) == (True, fin)


def test_echeance_a_une_date_la_demande(choix):
    assert action(choix, echeance="date").errors == {"fin_prevue": ["Donnez la date, ou choisissez un délai."]}


def test_action_ne_nait_pas_echue(choix):
    assert action(choix, echeance="date", fin_prevue="2026-03-02").is_valid()
    assert action(choix, echeance="date", fin_prevue="2026-03-01").errors == {"fin_prevue": [PASSEE]}


@pytest.mark.parametrize(("fin", "erreurs"), [("2026-02-10", {}), ("2026-02-11", {"fin_prevue": [PASSEE]})])
def test_action_echue_se_corrige_sans_changer_sa_date_mais_ne_se_repousse_pas_a_hier(choix, fin, erreurs):
    echue = ActionFactory(fin_prevue=date(2026, 2, 10))
    donnees = {"type": "aide", "libelle": "Chiffrer", "echeance": "date", "fin_prevue": fin, "version": echue.version}
    assert ActionForm(donnees, instance=echue, choix=choix).errors == erreurs


def test_suite_ne_repousse_pas_a_hier(choix):
    echue = ActionFactory(fin_prevue=date(2026, 2, 10))
    formulaires = [
        SuiteForm({"texte": "Appelé.", "fin_prevue": fin, "version": echue.version}, action=echue, choix=choix)
        for fin in ("", "2026-03-02", "2026-03-01")
    ]
    assert [form.errors for form in formulaires] == [{}, {}, {"fin_prevue": [PASSEE]}]


@pytest.mark.parametrize(("sujet", "valide"), [("", True), ("info_export", True), ("aide_jeunes", False), ("inconnu", False)])
def test_sujet_precise_son_type(choix, sujet, valide):
    assert action(choix, sujet=sujet).is_valid() is valide


def test_organisme_ne_se_garde_que_pour_une_mise_en_contact(choix, reseau):
    organisme = InstitutionFactory(reseau=reseau)
    garde = action(choix, type="contact", organisme=organisme.pk, organisme_exterieur="Pôle bois")
    ote = action(choix, organisme=organisme.pk, organisme_exterieur="Pôle bois")
    assert (garde.is_valid(), garde.instance.nom_de_l_organisme) == (True, organisme.sigle)
    assert (ote.is_valid(), ote.instance.nom_de_l_organisme) == (True, "")


def test_responsable_propose_est_le_visiteur_avec_sa_raison(choix, direct):
    form = ActionForm(choix=choix)
    assert (form["responsable"].value(), form["responsable"].help_text) == (direct.pk, "Proposé : vous.")


def test_responsable_d_une_action_existante_ne_change_pas_par_le_formulaire(choix, reseau):
    existante = ActionFactory(projet__visite__reseau=reseau)
    assert "responsable" not in ActionForm(instance=existante, choix=choix).fields


def test_choix_d_un_autre_reseau_et_deportes_sont_refuses(choix, visite, reseau):
    deporte = MembreFactory(reseau=reseau)
    DeportFactory(entreprise=visite.entreprise, membre=deporte)
    refuses = [deporte, MembreFactory(), MembreFactory(reseau=reseau, parti_le=date(2026, 1, 1))]
    assert [action(choix, responsable=membre.pk).is_valid() for membre in refuses] == [False] * 3
    assert action(choix, type="contact", organisme=InstitutionFactory().pk).is_valid() is False


def test_choix_ne_proposent_ni_la_prefecture_ni_l_observateur(choix, membres):
    proposes = {membre.role for membre in choix.responsables}
    assert proposes == {"animateur", "secretariat", "developpeur"}
    assert {membre.qualite for membre in choix.interlocuteurs} == {"direct"}


def test_emplois_vides_valent_zero_et_leur_detail_tient_dans_leur_total(choix):
    vides = ProjetForm({"titre": "Agrandir", "nature": "production"}, choix=choix)
    trop = ProjetForm({"titre": "X", "nature": "production", "emplois_embauche": 1, "embauche_cadres": 2}, choix=choix)
    assert (vides.is_valid(), vides.instance.emplois) == (True, 0)
    assert trop.errors == {"__all__": ["Le détail des embauches dépasse leur total."]}


# Le compte rendu sur un écran


def envoi(**champs):
    donnees = QueryDict(mutable=True)
    series = {"projets-TOTAL_FORMS": "0", "projets-INITIAL_FORMS": "0"}
    donnees.update({"version": "0", "phrase": "Une phrase.", "realisee_le": str(localdate()), **series, **champs})
    return donnees


def projet(rang=0, actions=0, **champs):
    prefixe = f"projets-{rang}"
    series = {"projets-TOTAL_FORMS": str(rang + 1), f"{prefixe}-actions-TOTAL_FORMS": str(actions)}
    series[f"{prefixe}-actions-INITIAL_FORMS"] = "0"
    return series | {f"{prefixe}-{nom}": valeur for nom, valeur in champs.items()}


def saisir(visite, membre, **champs):
    return SaisieDeCompteRendu(visite, membre, localdate(), envoi(**champs))


def test_saisie_ne_demande_qu_une_phrase(visite, direct):
    assert saisir(visite, direct).is_valid() is True
    assert saisir(visite, direct, phrase="").form.errors == {"phrase": ["Ce champ est obligatoire."]}


def test_saisie_neuve_est_prete(visite, direct):
    dirigeant = ContactFactory(entreprise=visite.entreprise)
    ContactFactory(entreprise=visite.entreprise, dirigeant=False)
    form = SaisieDeCompteRendu(visite, direct, localdate()).form
    valeurs = [form[nom].value() for nom in ("version", "vu", "realisee_le", "interlocuteur")]
    assert valeurs == [0, dirigeant.pk, localdate(), direct.pk]


def test_saisie_lit_projets_et_actions(visite, direct):
    bloc = projet(actions=2, titre="Agrandir", nature="production", **{"actions-0-type": "aide", "actions-0-libelle": "Étudier"})
    bloc |= {"projets-0-actions-0-echeance": "1_mois", "projets-0-actions-1-echeance": "1_mois"}
    bloc |= {f"projets-0-actions-{rang}-responsable": str(direct.pk) for rang in (0, 1)}
    saisie = saisir(visite, direct, **bloc)
    assert saisie.is_valid() is True
    ((lu, (action_lue,)),) = saisie.saisie().projets
    assert (lu.titre, lu.interlocuteur, action_lue.libelle, action_lue.responsable) == ("Agrandir", direct, "Étudier", direct)


def test_saisie_ignore_un_projet_vide_ou_retire(visite, direct):
    bloc = projet(0) | projet(1, titre="Abandonné", DELETE="on")
    saisie = saisir(visite, direct, **bloc)
    assert (saisie.is_valid(), saisie.saisie().projets) == (True, [])


def test_saisie_reclame_le_titre_d_un_projet_qui_a_des_actions(visite, direct):
    bloc = projet(actions=1, **{"actions-0-type": "aide", "actions-0-libelle": "X", "actions-0-echeance": "1_mois"})
    saisie = saisir(visite, direct, **bloc)
    assert saisie.is_valid() is False
    assert [champ.html_name for champ in saisie.fautes] == ["projets-0-titre"]


def test_saisie_refuse_une_visite_a_venir(visite, direct):
    assert saisir(visite, direct, realisee_le="2099-01-01").is_valid() is False


def test_saisie_d_une_personne_vue_demande_son_nom(visite, direct):
    assert saisir(visite, direct, **{"contact-fonction": "Gérante"}).is_valid() is False
    assert saisir(visite, direct, **{"contact-nom": "Roméro"}).is_valid() is True


def test_saisie_refuse_le_contact_d_une_autre_entreprise(visite, direct):
    assert saisir(visite, direct, vu=ContactFactory().pk).is_valid() is False


@pytest.mark.parametrize("champs", [{"projets-TOTAL_FORMS": "x"}, {"projets-TOTAL_FORMS": "9999"}, {"version": "x"}])
def test_saisie_forgee_est_refusee_sans_casser(visite, direct, champs):
    assert saisir(visite, direct, **champs).is_valid() is False


def test_brouillon_rouvert_ne_reproche_rien(visite, direct):
    saisie = SaisieDeCompteRendu.brouillon(visite, direct, localdate(), envoi(phrase="", **projet(titre="Sans nature")))
    assert (saisie.fautes, saisie.projets[0]["titre"].value()) == ([], "Sans nature")


def test_reserve_ne_se_montre_qu_a_qui_la_lit(visite, direct, membres):
    champs = {profil: "reserve" in saisir(visite, membres[profil]).form.fields for profil in ("direct", "secretariat")}
    assert champs == {"direct": True, "secretariat": False}


# La réunion


def test_reunion_se_convoque_pour_un_jour_a_venir(reseau):
    champs = {"le": "2026-03-01", "heure": "14:00", "lieu": "Mairie"}
    assert ReunionForm(champs, le=JOUR).errors == {"le": ["La date d’une réunion à convoquer est à venir."]}


def test_reunion_passee_se_corrige_sans_changer_de_jour(reseau):
    reunion = ReunionFactory(reseau=reseau, le=date(2026, 3, 1))
    champs = {"le": "2026-03-01", "heure": "14:00", "lieu": "Gray", "version": reunion.version}
    assert ReunionForm(champs, instance=reunion, le=JOUR).is_valid() is True


def test_reunion_garde_l_expose_et_reclame_son_titre(reseau):
    reunion = ExposeFactory(reunion__reseau=reseau, intervenant="R. Escoffier").reunion
    assert ReunionForm(instance=reunion, le=JOUR)["expose"].value() == "La médiation du crédit"
    champs = {"le": "2026-04-01", "heure": "14:00", "lieu": "Gray", "intervenant": "X"}
    assert ReunionForm(champs, le=JOUR).errors == {"expose": ["Donnez le titre de cet exposé."]}


def test_releve_ecrit_entre_temps_se_signale_et_se_garde(reseau):
    reunion = ReunionFactory(reseau=reseau, releve="Un")
    avant = ReleveForm(enregistre=reunion.releve).initial["avant"]
    reunion.releve = "Deux"
    form = ReleveForm({"avant": avant, "releve": "Trois"}, enregistre=reunion.releve)
    assert (form.is_valid(), form.signaler_un_conflit(), form["releve"].value()) == (True, True, "Trois")
    second = ReleveForm(form.data, enregistre=reunion.releve)
    assert (second.is_valid(), second.signaler_un_conflit()) == (True, False)


def designer(choix, projets, actions, **champs):
    return DesignationsForm(champs or None, projets=projets, actions=actions, choix=choix, presents=set())


def test_designations_ne_retiennent_que_ce_qui_change(choix, visite, direct, reseau):
    autre, suivi = MembreFactory(reseau=reseau), ProjetFactory(visite=visite)
    une, deux = ActionFactory(projet=suivi), ActionFactory(projet=suivi)
    champs = {f"interlocuteur-{suivi.pk}": direct.pk, f"avant-interlocuteur-{suivi.pk}": direct.pk}
    champs |= {f"responsable-{une.pk}": autre.pk, f"avant-responsable-{une.pk}": direct.pk}
    champs |= {f"responsable-{deux.pk}": direct.pk, f"avant-responsable-{deux.pk}": direct.pk}
    form = designer(choix, [suivi], [une, deux], **champs)
    assert (form.is_valid(), list(form.interlocuteurs_changes()), list(form.responsables_changes())) == (True, [], [(une, autre)])


def test_designations_n_effacent_pas_le_choix_d_un_autre_poste(choix, visite, direct, reseau):
    autre, troisieme = MembreFactory(reseau=reseau), MembreFactory(reseau=reseau)
    action_confiee = ActionFactory(projet=ProjetFactory(visite=visite), responsable=autre)
    champs = {f"responsable-{action_confiee.pk}": troisieme.pk, f"avant-responsable-{action_confiee.pk}": direct.pk}
    assert designer(choix, [], [action_confiee], **champs).is_valid() is False


def test_designations_montrent_les_presents_d_abord(choix, visite, direct):
    form = DesignationsForm(projets=[ProjetFactory(visite=visite)], actions=[], choix=choix, presents={direct.pk})
    (champ,) = [champ for nom, champ in form.fields.items() if nom.startswith("interlocuteur")]
    assert [groupe for groupe, _ in champ.choices][1:] == ["Présents", "Pas dans la salle"]
