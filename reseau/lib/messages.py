"""Le témoin des messages (« c'est enregistré ») porte en production le même préfixe que les autres."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class Temoin(CookieStorage):
    cookie_name = settings.MESSAGES_COOKIE_NAME


class Messages(FallbackStorage):
    """Dans un témoin, ou dans la session si le message est long."""

    storage_classes = (Temoin, SessionStorage)
