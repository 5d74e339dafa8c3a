from django.urls import path

from visites.views import campagnes, courriers, gestes, lots, programmation, visites

app_name = "visites"
urlpatterns = [
    path("visites/", visites.liste, name="liste"),
    path("visites/<int:pk>/", visites.visite, name="visite"),
    path("visites/<int:pk>/affecter/", gestes.affecter, name="affecter"),
    path("visites/<int:pk>/prendre/", gestes.prendre, name="prendre"),
    path("visites/<int:pk>/rendre/", gestes.rendre, name="rendre"),
    path("visites/<int:pk>/rendez-vous/", gestes.rendez_vous, name="rendez-vous"),
    path("visites/<int:pk>/realiser/", gestes.realiser, name="realiser"),
    path("visites/<int:pk>/refus/", gestes.refuser, name="refuser"),
    path("visites/<int:pk>/injoignable/", gestes.injoignable, name="injoignable"),
    path("visites/<int:pk>/annuler/", gestes.annuler, name="annuler"),
    path("visites/<int:pk>/lettre/", courriers.preparer, name="courrier-preparer"),
    path("entreprises/<int:pk>/visites/", visites.entreprise, name="entreprise"),
    path("entreprises/<int:pk>/proposer/", programmation.proposer, name="proposer"),
    path("campagnes/", campagnes.campagnes, name="campagnes"),
    path("campagnes/nouvelle/", campagnes.creer, name="campagne-creer"),
    path("campagnes/<int:pk>/", campagnes.campagne, name="campagne"),
    path("campagnes/<int:pk>/modifier/", campagnes.modifier, name="campagne-modifier"),
    path("campagnes/<int:pk>/programmer/", programmation.programmer, name="programmer"),
    path("campagnes/<int:pk>/lettres/", lots.preparer, name="courriers-preparer"),
    path("cibles/<int:pk>/couverture/", campagnes.cible_couverture, name="cible-couverture"),
    path("courriers/", courriers.courriers, name="courriers"),
    path("courriers/<int:pk>/", courriers.courrier, name="courrier"),
    path("courriers/<int:pk>/pdf/", courriers.courrier_pdf, name="courrier-pdf"),
    path("courriers/<int:pk>/rejeter/", courriers.rejeter, name="courrier-rejeter"),
    path("courriers/signature/", lots.soumettre, name="courriers-soumettre"),
    path("courriers/signer/", lots.signer, name="courriers-signer"),
    path("courriers/impression/", lots.figer, name="courriers-figer"),
    path("courriers/lettres.pdf", lots.pdf, name="courriers-pdf"),
    path("courriers/envoi/", lots.envoyer, name="courriers-envoyer"),
]
