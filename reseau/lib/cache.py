"""Le cache en fichiers, partagé par les processus du service."""

from contextlib import suppress
from pathlib import Path

from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache


class CacheEnFichiers(FileBasedCache):
    """Celui de Django, qui n'efface une réponse périmée que si quelqu'un la redemande : `balayer` efface aussi les autres."""

    def balayer(self) -> int:
        """Efface ce qui est périmé ; rend combien. Ce qu'un autre processus efface en même temps ne se compte pas."""
        perimees = 0
        for chemin in self._list_cache_files():
            with suppress(FileNotFoundError), Path(chemin).open("rb") as fichier:
                perimees += self._is_expired(fichier)
        return perimees


def balayer_les_caches() -> int:
    """Balaie ceux de l'installation qui sont des fichiers ; les autres savent oublier seuls."""
    return sum(cache.balayer() for cache in caches.all(initialized_only=False) if isinstance(cache, CacheEnFichiers))
