#!/usr/bin/env python3
"""Point d'entrée des commandes de Django."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseau.config.settings")
    execute_from_command_line(sys.argv)
