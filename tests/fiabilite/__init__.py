"""Soixante vérifications chiffrées : deux nombres chacune (essayés, échoués), et une variante cassée qui doit échouer.

`script/test --fiabilite` les joue toutes et en rend le compte (`reports/fiabilite.json`, et en clair). `tableau.py` les nomme,
`verification.py` est ce qu'un essai écrit, `greffon.py` ce que pytest en fait, `rapport.py` le compte rendu.
"""
