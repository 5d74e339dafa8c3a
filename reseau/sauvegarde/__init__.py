"""Garder : sauvegarder, restaurer, éprouver, exporter en entier et réimporter ailleurs.

Tout vit en base (logos, documents, signatures, lettres et tableaux figés compris) : la base sauvée, tout est sauvé.
"""
