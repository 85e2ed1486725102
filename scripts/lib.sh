# shellcheck shell=bash
# Sourced by the other scripts: . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# Changes to the repository's root, makes sure that .venv is there and current,
# and puts it and the repository on the paths.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
scripts/setup || exit 1

export VIRTUAL_ENV="$PWD/.venv"
export PATH="$VIRTUAL_ENV/bin:$PATH"
export PYTHONPATH="$PWD${PYTHONPATH:+:$PYTHONPATH}"

# Where scripts/setup unpacked a private Python, what Home Assistant builds from
# source at run time finds Python's headers only this way.
_base="$("$VIRTUAL_ENV/bin/python" -c 'import sys; print(sys.base_prefix)')"
if [[ $_base == */energy-storage-hub/python3.14/* ]]; then
    export CPATH="$_base/include${CPATH:+:$CPATH}"
fi
unset _base
