"""Une personne dont un jeton différent est planté partout où l'on peut écrire ; et d'autres gens, à qui sont d'autres jetons."""

from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

from django.utils.timezone import localdate, now

from entreprises.models import Entreprise
from entreprises.operations import traces
from entreprises.recherche import rafraichir
from reseau.enums import Civilite, EtatPli
from reseau.lib.identite import Identite
from suivi import diffusion
from suivi.figes import pieces_de_la_reunion
from suivi.models import Brouillon, ConsultationDuPanel
from suivi.operations import figer
from tests.factories import (
    ActionFactory,
    ChefDuPanelFactory,
    CompteRenduFactory,
    ConcurrenceFactory,
    ContactFactory,
    CourrierFactory,
    DemandeDeVisiteFactory,
    DeportFactory,
    DocumentFactory,
    DoublonFactory,
    EntrepriseFactory,
    EvaluationFactory,
    ExposeFactory,
    FusionFactory,
    ImportFactory,
    InvitationFactory,
    LettreDeSuitesFactory,
    LigneDeCibleFactory,
    NoteFactory,
    PliFactory,
    PointFactory,
    PresenceFactory,
    ProjetFactory,
    PropositionFactory,
    ReponseFactory,
    ReunionFactory,
    SollicitationFactory,
    VisiteFactory,
    VueEnregistreeFactory,
)
from visites import composition, courriers, papier_des_lettres
from visites.models import Courrier, EnvoiDeLettre, PartieReservee

NOM, PRENOM, COURRIEL, TELEPHONE = "Zabulonquetsche", "Ermelinde", "ermelinde.z@exemple.fr", "03 84 97 53 11"
IDENTITE = Identite.de(nom=NOM, prenom=PRENOM)


class Jetons:
    """Un jeton neuf par place : « qzelle07 » ; `places` dit où chacun fut planté."""

    def __init__(self, prefixe):
        self.prefixe, self.places = prefixe, {}

    def __call__(self, place):
        jeton = f"{self.prefixe}{len(self.places):02d}x"
        self.places[jeton] = place
        return jeton

    def dans(self, texte):
        """Ceux qui s'y lisent, sans égard à la casse."""
        texte = texte.lower()
        return {jeton for jeton in self.places if jeton in texte}


class Scene:
    """La personne, son entreprise, ses papiers ; un frère du même nom, une homonyme ailleurs. `elle`, `autrui` : les jetons."""

    def __init__(self, reseau, direct, animateur):
        self.reseau, self.direct, self.animateur = reseau, direct, animateur
        self.elle, self.autrui = Jetons("qzelle"), Jetons("qzautr")
        abri = {"ne_plus_solliciter_motif": self.dit("abri")}
        self.entreprise = EntrepriseFactory(reseau=reseau, raison_sociale="Scierie fictive", **abri)
        self._les_gens()
        self._les_visites()
        self._la_reunion()
        self._les_projets()
        self._la_lettre()
        self._ce_qui_entoure()
        self._les_autres()
        self._les_papiers()
        rafraichir(Entreprise.objects.filter(reseau=reseau).values_list("pk", flat=True))  # les fabriques ne le font pas

    def dit(self, place):
        """Deux phrases : l'une la nomme et porte son jeton, l'autre reste."""
        return f"Mme {PRENOM} {NOM} a dit {self.elle(place)} hier. Le reste se garde."

    def _les_gens(self):
        qui = {"prenom": PRENOM, "nom": NOM, "civilite": Civilite.MADAME, "courriel": COURRIEL, "telephone": TELEPHONE}
        fonction = f"Gérante {self.elle('contact.fonction')}"
        self.contact = ContactFactory(entreprise=self.entreprise, dirigeant=True, fonction=fonction, **qui)
        chef = ChefDuPanelFactory(contact=self.contact, note=f"L’interroger sur {self.elle('panel.note')}")
        avis = {"sujet": "La plaquette", "avis": f"Je pense {self.elle('panel.avis')}"}
        ConsultationDuPanel.objects.create(chef=chef, le=date(2026, 3, 2), membre=self.direct, **avis)
        from_elle = {"nom": f"{PRENOM} {NOM}", "courriel": COURRIEL, "telephone": TELEPHONE}
        DemandeDeVisiteFactory(
            reseau=self.reseau, **from_elle, fonction=self.elle("demande.fonction"), message=self.elle("demande.message")
        )

    def _les_visites(self):
        mots = {"derogation": self.dit("visite.derogation"), "precision": self.dit("visite.precision")}
        lieu = {
            "rendez_vous_lieu": f"Chez {PRENOM} {NOM} {self.elle('visite.lieu')}",
            "malgre_contact": self.dit("visite.contact"),
        }
        self.reunion = ReunionFactory(
            reseau=self.reseau, tenue=True, le=localdate() - timedelta(days=1), close_le=now(), releve=self.dit("reunion.releve")
        )
        du_reseau = {"reseau": self.reseau, "entreprise": self.entreprise, "developpeur": self.direct}
        self.visite = VisiteFactory(**du_reseau, restituee=True, restituee_en=self.reunion, **mots, **lieu)
        textes = {"phrase": self.dit("compte_rendu.phrase"), "entendu": self.dit("compte_rendu.entendu")}
        self.rendu = CompteRenduFactory(visite=self.visite, termine=True, vu=self.contact, **textes)
        PartieReservee.objects.create(compte_rendu=self.rendu, texte=self.dit("reserve"))
        ReponseFactory(compte_rendu=self.rendu, valeur=self.dit("guide.reponse"))
        InvitationFactory(
            visite=VisiteFactory(reseau=self.reseau, rendez_vous=True, developpeur=self.direct),
            nom=f"Mme {PRENOM} {NOM} {self.elle('invitation.nom')}",
            courriel=COURRIEL,
        )
        LettreDeSuitesFactory(visite=self.visite, courriel=COURRIEL, texte=self.dit("suites.texte"))
        retour = {"commentaire": self.elle("evaluation.commentaire"), "temoignage": self.elle("evaluation.temoignage")}
        EvaluationFactory(visite=self.visite, courriel="", **retour, signature=f"{PRENOM} {NOM}", publiable=True)
        brouillon = VisiteFactory(reseau=self.reseau, realisee=True, developpeur=self.direct)
        contenu = f"entendu=Mme+{PRENOM}+{NOM}+{self.elle('brouillon')}&phrase="
        Brouillon.objects.create(visite=brouillon, membre=self.direct, contenu=contenu)

    def _la_reunion(self):
        PresenceFactory(reunion=self.reunion, membre=self.direct, remplacant=f"{PRENOM} {NOM} {self.elle('remplacant')}")
        PresenceFactory(reunion=self.reunion, membre=self.animateur)
        PointFactory(reunion=self.reunion, titre=self.dit("point.titre"), texte=self.dit("point.texte"))
        ExposeFactory(reunion=self.reunion, intervenant=f"{PRENOM} {NOM} {self.elle('expose.intervenant')}")

    def _les_projets(self):
        self.projet = ProjetFactory(visite=self.visite, titre=self.dit("projet"), interlocuteur_confirme_en=self.reunion)
        action = ActionFactory(projet=self.projet, acceptee=True, responsable=self.direct, libelle=self.dit("action"))
        action.mouvements.create(membre=self.direct, mouvement="suite", texte=self.dit("mouvement"), reunion=self.reunion)
        action.messages.create(membre=self.direct, texte=self.dit("message"))
        self.action = action

    def _la_lettre(self):
        visite = VisiteFactory(reseau=self.reseau, programmee=True, developpeur=self.direct)
        corps = {"objet": "Une rencontre", "paragraphes": [self.dit("lettre")], "politesse": "Madame, mes hommages."}
        ContactFactory(entreprise=visite.entreprise, dirigeant=True, prenom=PRENOM, nom=NOM, civilite=Civilite.MADAME)
        self.courrier = CourrierFactory(visite=visite, a_signer=True)
        corps["faits"] = composition.valeurs(self.courrier)
        Courrier.objects.filter(pk=self.courrier.pk).update(correction=corps)
        courriers.signer(Courrier.objects.filter(pk=self.courrier.pk), par=self.animateur, le=localdate())
        papier_des_lettres.figer(Courrier.objects.filter(pk=self.courrier.pk))
        texte = {"objet": self.dit("envoi.objet"), "corps": self.dit("envoi.corps")}
        EnvoiDeLettre.objects.create(courrier=self.courrier, courriel=COURRIEL, demande_par=self.direct, **texte)

    def _ce_qui_entoure(self):
        SollicitationFactory(entreprise=self.entreprise, precision=self.dit("sollicitation"))
        DeportFactory(entreprise=self.entreprise, membre=self.direct, motif=self.dit("deport"))
        LigneDeCibleFactory(entreprise=self.entreprise, motif_d_ecart=self.dit("cible.ecart"))
        DoublonFactory(entreprise=self.entreprise, signale_par=self.direct, note=self.dit("doublon"))
        ConcurrenceFactory(entreprise=self.entreprise, motif=self.dit("concurrence"))
        proposition = PropositionFactory(entreprise=self.entreprise, proposee_par=self.direct)
        NoteFactory(proposition=proposition, texte=self.dit("note"))
        PliFactory(
            reseau=self.reseau,
            etat=EtatPli.ABANDONNE,
            destinataire=COURRIEL,
            objet=self.elle("pli.objet"),
            corps=self.dit("pli.corps"),
        )
        VueEnregistreeFactory(membre=self.direct, parametres=f"?q={PRENOM}+{NOM}+{self.elle('vue')}")
        deplaces = {"ecritures": [{"modele": "x", "pk": 1, "avant": {"nom": NOM, "prenom": PRENOM, "note": self.dit("fusion")}}]}
        FusionFactory(reseau=self.reseau, gardee=self.entreprise, par=self.direct, deplaces=deplaces)
        rejets = f"raison;nom;prenom\r\nSIRET faux;{NOM};{PRENOM} {self.elle('import.rejets')}\r\nautre;Tissot;Odile\r\n"
        depot = ImportFactory(reseau=self.reseau, membre=self.direct, ecrit=True, contenu=rejets.encode("utf-8-sig"))
        traces.garder(depot, 1, {"crees": [], "avant": [[1, {"nom": NOM, "prenom": PRENOM, "fonction": self.dit("lot")}]]})
        DocumentFactory(entreprise=self.entreprise, nom="notes.txt", contenu=self.dit("document").encode())
        DocumentFactory(entreprise=self.entreprise, nom="offre.docx", contenu=_docx(self.dit("document.docx")))

    def _les_autres(self):
        frere = {"prenom": "Anselme", "nom": NOM, "civilite": Civilite.MONSIEUR}
        ContactFactory(entreprise=self.entreprise, dirigeant=False, fonction=self.autrui("frere.fonction"), **frere)
        SollicitationFactory(
            entreprise=self.entreprise, precision=f"M. Anselme {NOM} veut {self.autrui('frere.texte')}.", canal="evenement"
        )
        ailleurs = EntrepriseFactory(reseau=self.reseau, raison_sociale="Forge fictive")
        SollicitationFactory(entreprise=ailleurs, precision=f"Mme {NOM} cherche {self.autrui('homonyme.texte')}.")
        ContactFactory(entreprise=ailleurs, prenom="Odile", nom="Tissot", fonction=self.autrui("autre.fonction"))
        suites = VisiteFactory(reseau=self.reseau, entreprise=ailleurs, realisee=True, developpeur=self.direct)
        CompteRenduFactory(visite=suites, termine=True, entendu=f"Mme Tissot embauche {self.autrui('autre.texte')}.")

    def _les_papiers(self):
        self.reunion.refresh_from_db()
        diffusion.diffuser(self.reunion, par=self.animateur)
        self.figes = figer(
            self.reseau, pieces_de_la_reunion(self.reseau, au=localdate(), codes=["2.4", "2.5", "2.7"]), par=self.animateur
        )


def _docx(texte):
    tampon = BytesIO()
    with ZipFile(tampon, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document><w:p><w:t>{texte}</w:t></w:p></w:document>")
    return tampon.getvalue()
