"""Les métiers d'un tissu industriel, en mots : de quoi nommer une société inventée et raconter une visite."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Secteur:
    """`activites` : (sous-classe NAF rév. 2, « l'activité », « des produits », noms de société où `{nom}` est inventé).

    Les autres champs se lisent dans une phrase, articles compris.
    """

    cle: str
    filiere: str
    activites: tuple[tuple[str, str, str, tuple[str, str]], ...]
    clients: tuple[str, ...]
    machines: tuple[str, ...]
    matiere: str
    metiers: tuple[str, ...]
    dechets: str
    industriel: bool = True


SECTEURS = (
    Secteur(
        cle="bois",
        filiere="Forêt et bois",
        activites=(
            ("16.10A", "le sciage de résineux", "des sciages de charpente et des lambris", ("Scierie {nom}", "Sciages {nom}")),
            ("16.10A", "le sciage de hêtre et de chêne", "des plots et des avivés", ("Scierie {nom}", "{nom} Bois")),
            (
                "16.23Z",
                "la charpente industrielle",
                "des fermettes et des murs à ossature bois",
                ("Charpentes {nom}", "{nom} Ossature"),
            ),
            ("16.24Z", "l’emballage industriel", "des palettes et des caisses sur mesure", ("Palettes {nom}", "{nom} Caisserie")),
            (
                "16.29Z",
                "le tournage sur bois",
                "des manches d’outils et des articles ménagers",
                ("Tournerie {nom}", "{nom} Bois"),
            ),
        ),
        clients=(
            "des charpentiers et des négoces de la région",
            "des constructeurs de maisons à ossature bois",
            "des fabricants de meubles",
        ),
        machines=("une scie à ruban pilotée", "une cellule de séchage", "un centre de taille de charpente"),
        matiere="du bois sur pied",
        metiers=("conducteurs de scie", "affûteurs", "dessinateurs en structure bois"),
        dechets="les sciures et les dosses",
    ),
    Secteur(
        cle="meuble",
        filiere="Ameublement",
        activites=(
            ("31.01Z", "l’agencement de magasins", "des comptoirs et des rayonnages", ("{nom} Agencement", "Agencements {nom}")),
            ("31.02Z", "le meuble de cuisine", "des façades et des caissons de cuisine", ("Cuisines {nom}", "Meubles {nom}")),
            ("31.09B", "le meuble en kit", "des tiroirs et des rangements en kit", ("Meubles {nom}", "{nom} Rangements")),
            ("31.09A", "le siège", "des chaises et des fauteuils", ("Sièges {nom}", "{nom} Assises")),
        ),
        clients=("des enseignes d’ameublement", "des hôteliers et des collectivités", "des cuisinistes"),
        machines=("une plaqueuse de chants", "un centre d’usinage à commande numérique", "une ligne de vernissage"),
        matiere="des panneaux",
        metiers=("ébénistes", "vernisseurs", "opérateurs de centre d’usinage"),
        dechets="les chutes de panneaux et les poussières de ponçage",
    ),
    Secteur(
        cle="metal",
        filiere="Métallurgie",
        activites=(
            (
                "25.62B",
                "l’usinage de précision",
                "des pièces tournées et fraisées en petites séries",
                ("Mécanique {nom}", "{nom} Usinage"),
            ),
            (
                "25.50B",
                "le découpage et l’emboutissage",
                "des pièces embouties pour l’automobile",
                ("Emboutissage {nom}", "{nom} Découpage"),
            ),
            (
                "25.11Z",
                "la charpente métallique",
                "des ossatures et des passerelles",
                ("Constructions métalliques {nom}", "{nom} Structures"),
            ),
            (
                "25.61Z",
                "le traitement de surface",
                "des pièces zinguées et des pièces peintes",
                ("{nom} Revêtements", "Galvanoplastie {nom}"),
            ),
            ("25.73A", "la fabrication de moules", "des moules d’injection", ("Moules {nom}", "{nom} Outillage")),
        ),
        clients=(
            "des industriels de la région",
            "des constructeurs de machines agricoles",
            "des donneurs d’ordre du ferroviaire",
        ),
        machines=("un tour à commande numérique", "une presse plieuse", "un centre d’usinage à cinq axes"),
        matiere="de l’acier",
        metiers=("régleurs", "soudeurs", "techniciens de méthodes"),
        dechets="les copeaux et les bains usés",
    ),
    Secteur(
        cle="plastique",
        filiere="Plasturgie",
        activites=(
            (
                "22.29A",
                "l’injection de pièces techniques",
                "des boîtiers et des pièces de précision",
                ("Injection {nom}", "{nom} Plastiques"),
            ),
            ("22.22Z", "l’emballage plastique", "des flacons et des bouchons", ("{nom} Flaconnage", "Plasturgie {nom}")),
            ("22.21Z", "l’extrusion", "des profilés et des tubes", ("Extrusion {nom}", "{nom} Profilés")),
        ),
        clients=("des fabricants d’appareils", "des conditionneurs", "des industriels de la région"),
        machines=("une presse à injecter électrique", "un robot de reprise", "une extrudeuse"),
        matiere="des granulés",
        metiers=("monteurs-régleurs", "outilleurs", "conducteurs de ligne"),
        dechets="les carottes et les rebuts d’injection",
    ),
    Secteur(
        cle="textile",
        filiere="Textile",
        activites=(
            ("13.20Z", "le tissage de coton", "des toiles et du linge de lit", ("Tissages {nom}", "{nom} Tissage")),
            ("13.92Z", "le linge de maison", "des draps et des nappes", ("{nom} Linge", "Confection {nom}")),
            (
                "13.96Z",
                "le textile technique",
                "des tissus enduits et des filtres",
                ("{nom} Textiles techniques", "Enduction {nom}"),
            ),
            ("13.30Z", "l’ennoblissement", "des tissus teints et apprêtés", ("Ennoblissement {nom}", "Teintures {nom}")),
            ("14.12Z", "le vêtement professionnel", "des tenues de travail", ("{nom} Vêtements", "Confection {nom}")),
        ),
        clients=("des enseignes de linge de maison", "des blanchisseries et des hôpitaux", "des fabricants de filtres"),
        machines=("un métier à tisser à jet d’air", "une table de découpe automatique", "une rame de séchage"),
        matiere="du coton",
        metiers=("tisserands", "mécaniciens modèles", "conducteurs de teinture"),
        dechets="les lisières et les eaux de teinture",
    ),
    Secteur(
        cle="aliment",
        filiere="Agroalimentaire",
        activites=(
            ("10.51C", "la fromagerie", "des fromages à pâte cuite", ("Fromagerie {nom}", "Fruitière {nom}")),
            ("10.13A", "la salaison", "des jambons et des saucisses fumées", ("Salaisons {nom}", "Fumé {nom}")),
            ("10.72Z", "la biscuiterie", "des biscuits et des pains d’épices", ("Biscuiterie {nom}", "Biscuits {nom}")),
            (
                "10.39B",
                "la conserve de fruits",
                "des confitures et des fruits au sirop",
                ("Conserverie {nom}", "Confitures {nom}"),
            ),
        ),
        clients=("la grande distribution régionale", "des grossistes et des restaurateurs", "des épiceries fines"),
        machines=("une ligne de conditionnement", "une cellule de refroidissement", "une étiqueteuse"),
        matiere="du lait et des emballages",
        metiers=("conducteurs de ligne", "fromagers", "responsables qualité"),
        dechets="les coproduits et les eaux de lavage",
    ),
    Secteur(
        cle="machine",
        filiere="Machines et équipements",
        activites=(
            (
                "28.22Z",
                "le levage et la manutention",
                "des potences et des tables élévatrices",
                ("{nom} Levage", "Manutention {nom}"),
            ),
            (
                "28.30Z",
                "le matériel forestier",
                "des remorques et des fendeuses",
                ("{nom} Équipements forestiers", "Remorques {nom}"),
            ),
            (
                "28.99B",
                "la machine spéciale",
                "des machines d’assemblage à l’unité",
                ("Constructions mécaniques {nom}", "Machines {nom}"),
            ),
            (
                "28.29A",
                "la machine d’emballage",
                "des banderoleuses et des convoyeurs",
                ("{nom} Conditionnement", "Convoyeurs {nom}"),
            ),
        ),
        clients=("des concessionnaires et des loueurs", "des usines de la région", "des intégrateurs"),
        machines=("une machine de découpe laser", "une cabine de peinture", "un banc d’essai"),
        matiere="de l’acier et des composants",
        metiers=("monteurs", "automaticiens", "dessinateurs projeteurs"),
        dechets="les chutes de tôle et les solvants",
    ),
    Secteur(
        cle="papier",
        filiere="Papier et impression",
        activites=(
            ("17.21A", "le carton ondulé", "des caisses et des présentoirs", ("Cartonnerie {nom}", "{nom} Emballages")),
            ("17.21B", "le cartonnage", "des étuis et des coffrets", ("Cartonnages {nom}", "{nom} Étuis")),
            ("18.12Z", "l’impression", "des notices et des étiquettes", ("Imprimerie {nom}", "{nom} Impression")),
        ),
        clients=("des industriels de l’agroalimentaire", "des laboratoires", "des maisons d’édition"),
        machines=("une plieuse-colleuse", "une presse numérique", "une ligne de découpe"),
        matiere="du papier et de l’énergie",
        metiers=("conducteurs de presse", "massicotiers", "techniciens de maintenance"),
        dechets="les rognures et les encres",
    ),
    Secteur(
        cle="materiau",
        filiere="Matériaux",
        activites=(
            ("23.70Z", "la taille du granit", "des bordures et des monuments", ("Granits {nom}", "Marbrerie {nom}")),
            ("23.61Z", "la préfabrication en béton", "des escaliers et des regards", ("Béton {nom}", "{nom} Préfabrication")),
            ("23.32Z", "la terre cuite", "des tuiles et des carreaux", ("Tuilerie {nom}", "Terres cuites {nom}")),
        ),
        clients=("des entreprises de travaux publics", "des marbriers", "des négoces de matériaux"),
        machines=("une débiteuse à disque", "un pont roulant", "une presse à béton"),
        matiere="des granulats et du ciment",
        metiers=("tailleurs de pierre", "pontiers", "coffreurs"),
        dechets="les boues de sciage",
    ),
    Secteur(
        cle="electrique",
        filiere="Électrique et électronique",
        activites=(
            (
                "27.12Z",
                "l’armoire électrique",
                "des coffrets et des armoires de commande",
                ("{nom} Automatismes", "Câblages {nom}"),
            ),
            (
                "26.12Z",
                "la carte électronique",
                "des cartes assemblées en moyenne série",
                ("{nom} Électronique", "Circuits {nom}"),
            ),
            ("27.40Z", "l’éclairage", "des luminaires industriels", ("Éclairages {nom}", "{nom} Luminaires")),
        ),
        clients=("des fabricants d’appareils de chauffage", "des installateurs", "des constructeurs de machines"),
        machines=("une machine de pose de composants", "un four de refusion", "un banc de test"),
        matiere="des composants",
        metiers=("câbleurs", "techniciens de test", "acheteurs"),
        dechets="les déchets électroniques",
    ),
    Secteur(
        cle="transport",
        filiere="Logistique",
        activites=(
            (
                "49.41A",
                "le transport de lots",
                "des lots complets vers toute la France",
                ("Transports {nom}", "{nom} Messagerie"),
            ),
            ("52.10B", "l’entreposage", "des services de stockage et de préparation", ("{nom} Logistique", "Entrepôts {nom}")),
        ),
        clients=("des industriels du département", "des plateformes de distribution"),
        machines=("un logiciel de suivi des tournées", "un chariot à mât rétractable"),
        matiere="du gazole",
        metiers=("conducteurs routiers", "caristes"),
        dechets="les palettes cassées et les films",
        industriel=False,
    ),
    Secteur(
        cle="batiment",
        filiere="Bâtiment",
        activites=(
            ("43.32A", "la menuiserie", "des fenêtres et des escaliers posés", ("Menuiserie {nom}", "{nom} Fermetures")),
            ("43.21A", "l’installation électrique", "des installations tertiaires", ("Électricité {nom}", "{nom} Installations")),
            ("43.91A", "la charpente", "des charpentes posées", ("Charpente {nom}", "{nom} Couverture")),
        ),
        clients=("des particuliers et des collectivités", "des constructeurs de maisons"),
        machines=("une nacelle", "un atelier de préfabrication"),
        matiere="des matériaux",
        metiers=("poseurs", "chefs de chantier"),
        dechets="les déchets de chantier",
        industriel=False,
    ),
)

PAR_CLE = {secteur.cle: secteur for secteur in SECTEURS}
INDUSTRIELS = tuple(secteur for secteur in SECTEURS if secteur.industriel)
