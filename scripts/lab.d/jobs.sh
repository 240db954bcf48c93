# shellcheck shell=bash
# Programs side by side. They end with the script that started them, be it killed outright: the
# kernel tells them. (A background function would not do: it dies, and what it called lives on.)

declare -A JOB_NAMES=() JOB_STARTS=()

# job_start NAME LOG COMMAND...
job_start() {
    local name=$1 log=$2
    shift 2
    setpriv --pdeathsig TERM "$@" > "$log" 2>&1 &
    JOB_NAMES[$!]=$name
    JOB_STARTS[$!]=$SECONDS
}

jobs_running() {
    echo "${#JOB_NAMES[@]}"
}

# Waits for any of them. Sets JOB_NAME, JOB_CODE and JOB_SECONDS, for whoever sources this.
# shellcheck disable=SC2034
job_wait() {
    local pid
    JOB_CODE=0
    wait -n -p pid "${!JOB_NAMES[@]}" || JOB_CODE=$?
    JOB_NAME=${JOB_NAMES[$pid]}
    JOB_SECONDS=$((SECONDS - JOB_STARTS[$pid]))
    unset "JOB_NAMES[$pid]" "JOB_STARTS[$pid]"
}

jobs_end() {
    [[ ${#JOB_NAMES[@]} -eq 0 ]] || kill "${!JOB_NAMES[@]}" 2> /dev/null || true
    wait
}
