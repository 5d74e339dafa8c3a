"""Un modèle, une correction ou une fiche hostiles : rien n'est lu, rien n'est appelé, et la lettre dit le texte tel quel.

Plus de quatre-vingts saisies, par chaque chemin : formulaire et aperçu, PDF, .docx, .odt, courriel.
"""

import email
import io
import re
import zipfile
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from xml.etree import ElementTree

import docx
import pikepdf
import pytest
from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.utils.timezone import now

from entreprises.models import Contact
from reseau.lib.lettre import MODELE_PAR_DEFAUT, en_paragraphes, imprimer_lettre, rediger
from reseau.lib.lettre_modifiable import FORMATS
from reseau.lib.pdf import ImpressionImpossible
from reseau.lib.polices import caracteres
from reseau.lib.saisie import visible
from tests.factories import JOUR, ContactFactory, CourrierFactory, VisiteFactory
from tests.lib.papier import QUAND, contenu, objets
from tests.lib.temoin import CANARI, ecouter, ecrire_un_canari, serveur_temoin, viser
from tests.lib.vecteurs import VECTEURS
from tests.visites.saisies_hostiles import GABARITS, TEXTES
from visites import composition, courriers, envois
from visites.models import Courrier, EnvoiDeLettre, ModeleDeCourrier, PdfFige

pytestmark = pytest.mark.django_db
SAISIES = [*GABARITS, *TEXTES, *VECTEURS]
NORMALE = {"nom": "Essai", "genre": "annonce", "objet": "Objet", "corps": "Corps", "politesse": "Salut"}


@pytest.fixture(scope="module")
def serveur():
    with serveur_temoin() as temoin:
        yield temoin


@pytest.fixture(scope="module")
def canari(tmp_path_factory):
    return ecrire_un_canari(tmp_path_factory.mktemp("canari"))


@pytest.fixture
def armer(serveur, canari):
    """`armer(saisie)` : la même, pointée vers les témoins."""
    return lambda saisie: viser([saisie], serveur[0], canari)[0]


@pytest.fixture(autouse=True)
def temoins(serveur, canari):
    """Après chaque essai : aucun appel, et personne n'a ouvert le canari ni un fichier du système."""
    with ecouter() as entendus:
        yield
    assert serveur[1] == []
    assert [un for un in entendus if canari.name in un[1] or "/etc/passwd" in un[1] or un[0] != "open"] == []


@pytest.fixture(scope="module")
def lettre_de():
    """Fabrique, sans base, la lettre dont chaque champ venu d'une fiche est cette saisie."""

    def fabriquer(saisie, courrier, signataire):
        entreprise, developpeur = courrier.visite.entreprise, courrier.visite.developpeur
        entreprise.raison_sociale = entreprise.adresse = entreprise.complement = entreprise.ville = saisie
        entreprise.dirigeants = [Contact(prenom=saisie, nom=saisie)]
        developpeur.utilisateur.nom = developpeur.fonction = saisie
        reseau = courrier.reseau
        reseau.nom = reseau.lieu = reseau.prefecture = reseau.affaire_suivie_par = reseau.de_territoire = saisie
        signataire.nom = signataire.titre = saisie
        courrier.correction = {"objet": saisie, "paragraphes": [saisie, "Un paragraphe."], "politesse": saisie}
        commun = {"institutions": [saisie], "logos": {}, "textes": {}}
        return composition.composer(courrier, signataire=signataire, le=JOUR, **commun)

    return fabriquer


@pytest.fixture
def composer(reseau, lettre_de):
    courrier = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True))
    return lambda saisie: lettre_de(saisie, courrier, reseau.signataires.get())


def secrets(octets):
    return [secret for secret in (CANARI, settings.SECRET_KEY) if secret.encode() in octets]


# Le modèle, à l'écran


@pytest.mark.parametrize("saisie", SAISIES)
def test_apercu_montre_la_saisie_ou_dit_pourquoi(clients, adresse, armer, saisie):
    hostile = armer(saisie)
    envoi = NORMALE | dict.fromkeys(("objet", "corps", "politesse"), hostile) | {"apercu": "1"}
    response = clients["animateur"].post(adresse("visites:modele-creer"), envoi)
    page = response.content.decode()
    assert secrets(response.content) == []
    assert actifs(page) == []
    if "obstacle" not in response.context:
        vus = response.context["lettre"]
        assert vus.paragraphes == [visible(ligne) for ligne in en_paragraphes(hostile)]
        assert escape(vus.objet) in page
    else:
        assert response.context["obstacle"].startswith(("Variable inconnue", "Une accolade est seule"))


@pytest.mark.parametrize("saisie", GABARITS)
def test_gabarit_hostile_ne_s_enregistre_pas(clients, adresse, armer, saisie):
    envoi = NORMALE | {"objet": armer(saisie)}
    form = clients["animateur"].post(adresse("visites:modele-creer"), envoi).context["form"]
    assert form.errors["objet"][0].startswith(("Variable inconnue", "Une accolade est seule"))
    assert not ModeleDeCourrier.objects.exists()


def test_caractere_que_la_police_n_a_pas_se_refuse_en_le_nommant(clients, adresse):
    form = clients["animateur"].post(adresse("visites:modele-creer"), NORMALE | {"objet": "Usine 🏭 漢"}).context["form"]
    assert form.errors == {"objet": ["La police de la lettre n’a pas ce caractère, remplacez-le\u00a0: 🏭 漢"]}


def test_valeur_hostile_ne_se_relit_pas_comme_un_gabarit():
    valeurs = dict.fromkeys(("entreprise", "territoire", "reseau", "developpeur", "institution", "appel"), "{reseau} {{ x }}")
    assert "{reseau} {{ x }}" in rediger(MODELE_PAR_DEFAUT, valeurs)["paragraphes"][0]


# La lettre, de chaque fiche


def test_gabarit_du_papier_n_en_fait_que_du_texte(composer, armer):
    """Le HTML que met en page WeasyPrint : autant d'éléments que pour un texte anodin, pas une adresse de plus."""
    anodin = balises(composer("anodin"))
    assert [saisie for saisie in SAISIES if balises(composer(armer(saisie))) != anodin] == []


@pytest.mark.parametrize("genre", FORMATS)
def test_document_n_en_fait_que_du_texte(composer, armer, genre):
    """Les mêmes pièces, les mêmes éléments, les mêmes cibles que pour un texte anodin ; et le texte s'y relit."""
    anodin, _ = lire_le_zip(FORMATS[genre]([composer("anodin")], titre="anodin", edite_le=QUAND))
    for saisie in SAISIES:
        hostile = composer(armer(saisie))
        octets = FORMATS[genre]([hostile], titre=hostile.objet, edite_le=QUAND)
        pieces, xml = lire_le_zip(octets)
        assert (pieces, secrets(xml)) == (anodin, []), saisie
        if genre == "docx":
            lus = [" ".join(paragraphe.text.split()) for paragraphe in docx.Document(io.BytesIO(octets)).paragraphs]
            assert " ".join(hostile.paragraphes[0].split()) in lus


def lire_le_zip(octets):
    """({nom: squelette de la pièce}, tout le XML)."""
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        pieces = {nom: archive.read(nom) for nom in archive.namelist()}
    ecrites = {nom: xml for nom, xml in pieces.items() if nom.endswith((".xml", ".rels"))}
    return {nom: squelette(ecrites[nom]) if nom in ecrites else None for nom in pieces}, b"".join(ecrites.values())


class Actifs(HTMLParser):
    """Ce qu'une page ne porte jamais : un script d'ailleurs, un cadre, un geste en ligne."""

    def __init__(self):
        super().__init__()
        self.trouves = []

    def handle_starttag(self, nom, attributs):
        valeurs = dict(attributs)
        suspect = nom in ("iframe", "object", "embed", "base", "style") or any(cle.startswith("on") for cle in valeurs)
        ailleurs = nom in ("script", "img", "link") and not (valeurs.get("src") or valeurs.get("href", "")).startswith("/")
        if suspect or ailleurs:
            self.trouves.append((nom, valeurs))


def actifs(page):
    lecteur = Actifs()
    lecteur.feed(page)
    return lecteur.trouves


def balises(lettre):
    page = {"lettre": lettre, "corps_adresse": 10, "lignes_adresse": [(ligne, 100) for ligne in lettre.adresse], "logos": []}
    contexte = {"pages": [page], "serrage": "aise", "ressources": frozenset(["marianne", "devise"])}
    html = render_to_string("pdf/lettre.html", contexte)
    assert escape(lettre.signataire_nom) in html  # sans lettre, deux pages vides se vaudraient
    # L'intitulé et l'adresse se coupent en lignes : leur nombre varie, pas leur nature.
    trouvees = re.findall(r"<[^>]*>", html)
    return [balise for balise in trouvees if balise not in ("<br/>", "<span>", "</span>", '<span class="mot">')]


def squelette(xml):
    """La suite des éléments, moins ce qui coupe un texte en lignes ou le serre."""
    libres = {"br", "line-break", "t", "r", "span", "rPr", "rStyle", "w", "sz", "style", "text-properties"}
    noms = [element.tag.partition("}")[2] for element in ElementTree.fromstring(xml).iter()]
    cibles = re.findall(rb'TargetMode|(?:Target|href)="[^"]*"', xml)
    return [nom for nom in noms if nom not in libres], cibles


# Le papier


@pytest.mark.parametrize("rang", range(0, len(TEXTES + VECTEURS), 6))
def test_papier_porte_le_texte_tel_quel(composer, armer, rang):
    """Par poignées : une page mise en page en dit autant que six."""
    poignee = [armer(saisie) for saisie in (TEXTES + VECTEURS)[rang : rang + 6]]
    courtes = [saisie for saisie in poignee if len(saisie) < 400 and not set(visible(saisie)) - caracteres() - {"\n"}]
    courrier = {"paragraphes": [visible(saisie) for saisie in courtes], "objet": visible(courtes[0])[:160]}
    signee = replace(composer("anodin"), numero="2026-0001", datee_du=JOUR, **courrier)
    octets = imprimer_lettre(signee, edite_le=QUAND)
    assert secrets(contenu(octets)) == []
    lu = lire(octets)
    for saisie in courrier["paragraphes"]:
        if saisie.isascii():  # ailleurs, l'ordre des signes est l'affaire de la police
            assert "".join(saisie.split()) in lu
    with pikepdf.open(io.BytesIO(octets)) as pdf:
        assert not {"/AA", "/OpenAction", "/AF", "/Names"} & set(pdf.Root.keys())
        assert [page for page in pdf.pages if "/Annots" in page.obj] == []


def lire(octets):
    """Les caractères de la page dans l'ordre où ils s'écrivent, sans espace."""
    return "".join("".join(objet[5] for objet in objets(octets) if objet[0] == "char").split())


def test_papier_demesure_se_refuse_en_le_disant(composer):
    with pytest.raises(ImpressionImpossible) as refus:
        imprimer_lettre(composer("mot" * 900))
    assert str(refus.value) == "Le document contient un mot démesuré, sans espace."
    with pytest.raises(ImpressionImpossible) as refus:
        imprimer_lettre(composer("mot " * 9_000))
    assert "trop long" in str(refus.value) or "dépasse une page" in str(refus.value)


# Le courriel


@pytest.fixture
def expedier(clients, adresse, signees, django_capture_on_commit_callbacks):
    """Envoie la même lettre avec cet objet et ce corps ; rend le message parti, ou None si le formulaire l'a refusé."""
    signees(1)
    courrier = Courrier.objects.get()
    PdfFige.objects.create(courrier=courrier, pdf=b"%PDF-1.7 essai", empreinte="x")

    def envoyer(saisie):
        mail.outbox.clear()
        EnvoiDeLettre.objects.all().delete()
        Courrier.objects.update(etat="signee", envoye_le=None, courriel="")
        envoi = {"courriel": "a@exemple.test", "objet": saisie, "corps": saisie}
        with django_capture_on_commit_callbacks(execute=True):
            clients["secretariat"].post(adresse("visites:courrier-courriel", courrier.pk), envoi)
        return mail.outbox[0] if mail.outbox else None

    return envoyer


@pytest.mark.parametrize("rang", range(0, len(SAISIES), 15))
def test_courriel_n_a_que_ses_en_tetes(expedier, armer, rang):
    attendus = ["Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Reply-To", "Subject", "To"]
    for saisie in SAISIES[rang : rang + 15]:
        message = expedier(armer(saisie)[:150])
        if message is None:
            assert "\x00" in saisie
            continue
        relu = email.message_from_bytes(message.message().as_bytes())
        assert (sorted(relu.keys()), message.recipients()) == (attendus, ["a@exemple.test"])
        assert [piece.get_content_type() for piece in relu.walk()] == ["multipart/mixed", "text/plain", "application/pdf"]


def test_courriel_propose_suit_les_fiches_sans_les_croire(armer, reseau):
    courrier = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True))
    for saisie in SAISIES:
        courrier.visite.entreprise.raison_sociale = armer(saisie)
        objet, corps = envois.texte_propose(courrier)
        assert (objet.splitlines(), secrets(corps.encode())) == ([objet], [])


# Tout le chemin


def test_lettre_hostile_va_de_la_fiche_au_courriel(reseau, membres, armer):
    visite = VisiteFactory(reseau=reseau, programmee=True, entreprise__raison_sociale=armer("{{ x }} <img src=FICHIER>"))
    ContactFactory(entreprise=visite.entreprise, nom="</p><script>", prenom="\u202eAda", courriel="ada@exemple.test")
    poignee = [armer(saisie) for saisie in VECTEURS[:6]]
    correction = {"objet": armer("<style>@import 'HTTP/x.css'"), "paragraphes": poignee, "politesse": "{{ settings.SECRET_KEY }}"}
    courrier = CourrierFactory(visite=visite, a_signer=True)
    courriers.corriger(
        courrier, modele=None, correction=correction | {"faits": composition.valeurs(courrier)}, par=membres["animateur"]
    )
    courriers.signer(Courrier.objects.all(), par=membres["prefecture"], le=JOUR)
    texte = {"objet": envois.OBJET, "corps": envois.CORPS, "en_copie": []}
    lot = envois.inscrire_lot(Courrier.objects.all(), par=membres["secretariat"], maintenant=now(), **texte)
    cles = envois.prendre(EnvoiDeLettre.objects.filter(lot=lot), combien=1, maintenant=now())
    envois.envoyer(cles, maintenant=now())
    (message,) = mail.outbox
    ((_, papier, _),) = message.attachments
    assert secrets(contenu(papier) + message.body.encode()) == []
    lu = lire(papier)
    assert "{{settings.SECRET_KEY}}" in lu
    assert "</P><SCRIPT>" in lu
    assert [saisie for saisie in poignee if "".join(saisie.split()) not in lu] == []
    assert Courrier.objects.get(pk=courrier.pk).voie == "par courriel, à ada@exemple.test"
