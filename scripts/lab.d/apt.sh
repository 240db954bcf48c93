# shellcheck shell=bash
# A private apt: it reads the machine's mirror and keys, and keeps its own sources, lists and cache
# under build/lab, so that nothing is installed and the system's apt sees no change.
#
# A "set" is one such apt with one choice of suites; two are needed because the kernels come from
# every suite while QEMU must fit the libraries of the one that is installed.

readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

apt_codename() {
    ( . /etc/os-release && printf '%s\n' "${VERSION_CODENAME-}" )
}

# The mirror the system itself uses for its main archive.
apt_mirror() {
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2> /dev/null |
        awk -v codename="$(apt_codename)" \
            '$3 == "main" && ($2 == codename || $2 == "stable") { print $1; exit }'
}

# The system's way to reach its mirror (proxies, retries), without its hooks and index targets.
apt_access_settings() {
    apt-config dump | grep '^Acquire' | grep -v '^Acquire::IndexTargets'
}

# apt_define SET DPKG_STATUS SUITE...
apt_define() {
    local set=$1 status=$2 dir=$LAB_CACHE/apt/$1 mirror suite
    shift 2
    mirror=$(apt_mirror)
    [[ -n $mirror ]] ||
        cannot "apt knows no Debian mirror on this machine" \
               "the lab needs Debian 12 or later with its main archive in the apt sources"
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/none"
    for suite in "$@"; do
        printf 'deb [arch=amd64 signed-by=%s] %s %s main\n' "$DEBIAN_KEYRING" "$mirror" "$suite"
    done > "$dir/sources.list"
    {
        apt_access_settings
        cat << END
Dir::Etc::main "none";
Dir::Etc::parts "$dir/none";
Dir::Etc::preferencesparts "$dir/none";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "$dir/none";
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "$status";
Dir::Cache "$dir/cache";
Acquire::Languages "none";
APT::Architecture "amd64";
APT::Sandbox::User "";
Debug::NoLocking "true";
END
    } > "$dir/apt.conf"
}

# apt_run SET COMMAND... with apt's own words kept for when it fails.
apt_run() {
    local set=$1
    shift
    APT_CONFIG=$LAB_CACHE/apt/$set/apt.conf "$@" 2> "$LAB_CACHE/apt/$set/errors"
}

apt_update() {
    # A mirror may lack one of the suites; what is missing shows when a package is looked up.
    apt_run "$1" apt-get -q update > /dev/null || true
}

apt_failed() {
    local set=$1 errors
    shift
    mapfile -t -n 3 errors < <(sed -n '/^[EW]:/p' "$LAB_CACHE/apt/$set/errors")
    cannot "$@" "${errors[@]/#/apt says: }"
}
