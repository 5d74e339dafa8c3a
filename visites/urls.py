app_name = "visites"
urlpatterns = []
