app_name = "entreprises"
urlpatterns = []
