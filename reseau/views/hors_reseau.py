"""Sans réseau : une coquille vide et ce qui la met en cache. Rien ici ne dépend de qui demande."""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

# Tout ce que garde le navigateur : la page vide, ses feuilles, ses scripts, ses polices.
COQUILLE = [
    "dsfr/dist/dsfr/dsfr.min.css",
    "dsfr/dist/utility/utility.min.css",
    "dsfr/dist/dsfr/dsfr.module.min.js",
    "dsfr/dist/fonts/Marianne-Regular.woff2",
    "dsfr/dist/fonts/Marianne-Medium.woff2",
    "dsfr/dist/fonts/Marianne-Bold.woff2",
    "css/dsfr-django-overrides.css",
    "css/site.css",
    "css/suivi.css",
    "js/site.js",
    "js/amortir.js",
    "js/blocs.js",
    "js/coffre.js",
    "js/compte-rendu.js",
    "js/conflit.js",
    "js/contenu.js",
    "js/coquille.js",
    "js/enregistrement.js",
    "js/poster.js",
]
TRAVAILLEUR = "js/hors-reseau.js"


@login_not_required
@require_safe
def coquille(request):
    """La page que montre le navigateur quand le réseau manque ; ce qu'elle dit vient de l'appareil."""
    return render(request, "coquille.html")


@login_not_required
@require_safe
def service_worker(request):
    """Le script qui veille sur tout le site (d'où son adresse, à la racine) ; il change dès que la coquille change."""
    page = reverse("hors-reseau")
    reglage = {"version": _version(), "page": page, "coquille": [page, *map(static, COQUILLE)]}
    corps = f"self.REGLAGE = {json.dumps(reglage)};\nimportScripts({json.dumps(static(TRAVAILLEUR))});\n"
    response = HttpResponse(corps, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache
def _version():
    """L'empreinte de la coquille : le code ne change pas sous un processus qui tourne."""
    empreinte = sha256(render_to_string("coquille.html").encode())
    for chemin in [*COQUILLE, TRAVAILLEUR]:
        empreinte.update(Path(finders.find(chemin)).read_bytes())
    return empreinte.hexdigest()[:16]
