"""Ce que doit savoir tout processus auxiliaire."""

import multiprocessing
import os
import threading


def quitter_avec_son_parent() -> None:
    """À jouer en naissant : quand celui qui l'a demandé meurt, même tué net, ce processus s'arrête aussitôt."""
    parent = multiprocessing.parent_process()

    def veiller() -> None:
        parent.join()
        os._exit(1)

    if parent is not None:
        threading.Thread(target=veiller, daemon=True).start()
