"""Les codes de secours : tirés au sort, montrés une fois, gardés en empreinte."""

from hashlib import sha256
from secrets import choice

# Sans ce qui se confond à la lecture d'une feuille : i et l, o et 0, u et v.
LETTRES = "abcdefghjkmnpqrstvwxyz23456789"
GROUPES, PAR_GROUPE = 3, 4
NOMBRE = 10
CHIFFRES = 6  # d'un code d'application


def tirer(combien: int = NOMBRE) -> list[str]:
    """`combien` codes de douze signes en trois groupes (« k7mf-2qzx-9abd »), soit 58 bits chacun."""
    return ["-".join(_groupe() for _ in range(GROUPES)) for _ in range(combien)]


def empreinte(code: str) -> str:
    """Seize signes de SHA-256, sans égard aux tirets, espaces et majuscules. Sans clé : changer `SECRET_KEY` ne les périme pas.

    Un code n'est pas un mot de passe choisi : 58 bits tirés au sort n'ont pas besoin d'une empreinte lente.
    """
    lu = "".join(signe for signe in code.lower() if signe.isalnum())
    return sha256(lu.encode()).hexdigest()[:16]


def est_un_code_de_secours(saisie: str) -> bool:
    """Six chiffres viennent de l'application ; tout le reste se lit comme un code de secours."""
    lue = "".join(saisie.split())
    return not (lue.isdigit() and len(lue) == CHIFFRES)


def _groupe():
    return "".join(choice(LETTRES) for _ in range(PAR_GROUPE))
