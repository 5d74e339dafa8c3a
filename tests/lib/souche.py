"""Un Django prêt, d'où naissent les processus que l'on tue : `python -m tests.lib.souche IMPORTS`, un geste par ligne.

Chaque ligne lue est un code, en JSON, joué dans un enfant ; on en rend le numéro tout de suite, puis le statut une fois fini.
"""

import json
import os
import sys

import django

if __name__ == "__main__":
    django.setup()
    prets = {}
    exec(sys.argv[1], prets)
    for ligne in sys.stdin:
        enfant = os.fork()
        if not enfant:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # ce que dit le geste n'est pas une réponse
            exec(json.loads(ligne), prets)
            os._exit(0)
        print(enfant, flush=True)  # noqa: T201
        print(os.waitpid(enfant, 0)[1], flush=True)  # noqa: T201
