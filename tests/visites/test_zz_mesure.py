import pytest, time
from tests.factories import *
from visites import courriers
from visites.models import *
pytestmark = pytest.mark.django_db
def test_mesure(membres, reseau, clients, capsys):
    import io, PIL.Image
    for _ in range(100): CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    L = Courrier.objects.filter(reseau=reseau)
    from reseau.lib.lettre import imprimer_lettre
    t=time.time(); courriers.imprimer_brouillons(L.filter(pk=L.first().pk), le=JOUR); t0=time.time()-t
    t=time.time(); n=courriers.signer(L, par=membres["prefecture"], le=JOUR); t1=time.time()-t
    t=time.time(); courriers.figer(L, combien=8); t8=time.time()-t
    t=time.time(); courriers.figer(L); t2=time.time()-t
    t=time.time(); o=courriers.imprimer(L); t3=time.time()-t
    t=time.time(); courriers.envoyer(L, par=membres["animateur"], le=JOUR); t4=time.time()-t
    from visites.operations import programmer_lot
    es=[EntrepriseFactory(reseau=reseau) for _ in range(25)]
    t=time.time(); b=programmer_lot(es, developpeur=membres["direct"], par=membres["animateur"], le=JOUR); t5=time.time()-t
    with capsys.disabled(): print(f"\n1re lettre à froid {t0:.2f} s ; signer 100 : {t1:.2f} s ; paquet de 8 : {t8:.2f} s ; figer 92 : {t2:.2f} s ; imprimer 100 : {t3:.2f} s ({len(o)//1024} Kio) ; envoyer {t4:.2f} s ; programmer 25 : {t5:.2f}", len(n))
