# shellcheck shell=bash disable=SC2034
# Commun aux scripts, à sourcer : se place à la racine, installe les paquets Debian et le verrou Python.
# Tout est rejouable : ce qui est déjà là n'est pas réinstallé.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Celui de Debian : c'est lui que complète le paquet python3-venv.
PYTHON_DEBIAN=/usr/bin/python3
PYTHON=.venv/bin/python

# Ceux de WeasyPrint ; sans libharfbuzz-subset0 une lettre prend cinq fois plus de temps.
PAQUETS=(
    python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fontconfig fonts-liberation
)

export PIP_DISABLE_PIP_VERSION_CHECK=1

dire() { printf '▸ %s\n' "$*"; }

abandonner() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Lance une commande sans bruit ; sa sortie ne paraît que si elle échoue.
en_silence() {
    local sortie
    sortie=$("$@" 2>&1 </dev/null) || { printf '%s\n' "$sortie" >&2 && return 1; }
}

est_installe() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Imprime ceux des paquets donnés qui manquent.
manquants() {
    local paquet
    for paquet in "$@"; do
        est_installe "$paquet" || printf '%s\n' "$paquet"
    done
}

# Lance une commande en administrateur ; 1 si l'on ne peut l'être sans mot de passe.
en_administrateur() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    else
        sudo --non-interactive "$@"
    fi
}

installer_paquets() {
    local absents
    mapfile -t absents < <(manquants "$@")
    [[ ${#absents[@]} -gt 0 ]] || return 0
    en_silence en_administrateur true 2>/dev/null || abandonner \
        "Il manque des paquets, et ce compte ne peut pas les installer. À demander à un administrateur :" \
        "    apt-get install --no-install-recommends ${absents[*]}"
    dire "Installation de ${absents[*]}"
    en_silence en_administrateur apt-get update
    en_silence en_administrateur env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${absents[@]}"
}

# Installe un fichier de verrou dans .venv, sauf si l'empreinte de la dernière installation est la sienne.
installer_verrou() {
    local verrou=$1 temoin=".venv/$1.installe" empreinte
    "$PYTHON" -c "" 2>/dev/null || en_silence "$PYTHON_DEBIAN" -m venv --clear .venv
    empreinte=$("$PYTHON" --version; sha256sum "$verrou")
    [[ $(cat "$temoin" 2>/dev/null) != "$empreinte" ]] || return 0
    dire "Installation de $verrou dans .venv"
    en_silence "$PYTHON" -m pip install --require-hashes --no-deps --only-binary :all: --requirement "$verrou"
    printf '%s\n' "$empreinte" >"$temoin"
}
