"""L'export complet du réseau : ce qu'il contient, ce qu'il engage, puis l'archive."""

from django.shortcuts import render
from django.utils.timezone import localdate

from reseau.acces import formulaire
from reseau.lib import progression
from reseau.lib.reponses import fichier
from suivi import operations


@formulaire("reseau.exporter")
def export_complet(request):
    """GET : ce que c'est ; POST : le ZIP. Refusé à l'animateur régalien ou déporté, qui n'y lirait pas tout."""
    if request.method != "POST":
        return render(request, "suivi/export_complet.html", {"refus": operations.refus_de_l_export(request.membre)})
    with progression.suivre(progression.cle(request.membre, request.POST.get("jeton"))) as avancer:
        archive = operations.exporter_le_reseau(request.membre, avancer=avancer)
    return fichier(archive, f"export-{request.reseau.slug}-{localdate():%Y-%m-%d}", "zip")
