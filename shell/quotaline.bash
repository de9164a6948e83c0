# quotaline: bash integration (bash 3.2 or newer)
#
#   install  eval "$(quotaline init bash)"    at the end of ~/.bashrc
#   show     before the prompt, or where your prompt names it:
#            PS1='\w ${QUOTALINE} \$ '        single quotes: expanded at each prompt
#   remove   delete these lines and open a new shell
#
# Sets QUOTALINE before each prompt, with builtins only. Prints nothing, keeps $?
# and never waits. PS1 names the variable instead of holding its text, so bash has
# nothing to execute, whatever the text is.
#
# Honours QUOTALINE_COMMAND (the command to run; default: the one on PATH),
# QUOTALINE_EXPORT=1 (also export QUOTALINE_ANSI, for starship's env_var),
# QUOTALINE_PLACE=0 (leave PS1 alone), QUOTALINE_CACHE_DIR, XDG_CACHE_HOME,
# CLAUDE_CONFIG_DIR, NO_COLOR, TERM.
# shellcheck shell=bash
# shellcheck disable=SC2310 # used in conditions so that "set -e" does not end the shell

if [[ $- == *i* ]]; then
    # _quotaline_hook: the first element of PROMPT_COMMAND, so that everything after it
    # that builds a prompt has the value of this prompt, not of the one before.
    _quotaline_hook() {
        local status=$? REPLY=''
        _quotaline_update || :
        _quotaline_end "${status}"
    }

    # _quotaline_place: the last element, because themes set PS1 again at every prompt.
    _quotaline_place() {
        local status=$?
        if [[ ${QUOTALINE_PLACE-} != 0 && ${PS1-} != *QUOTALINE* ]] && shopt -q promptvars &&
            ! declare -F starship_precmd >/dev/null && ! declare -F _omp_hook >/dev/null; then
            # shellcheck disable=SC2016 # PS1 names the variable
            PS1='${QUOTALINE:+${QUOTALINE} }'${PS1-}
        fi
        _quotaline_end "${status}"
    }

    # Returning the 1 that "false && true" left would end the shell under "set -e".
    _quotaline_end() {
        if [[ $- == *e* ]]; then return 0; fi
        return "$1"
    }

    # _quotaline_update: sets QUOTALINE, and QUOTALINE_ANSI if asked for, and starts the
    # refresher if it is due.
    _quotaline_update() {
        local markup=bash terminal=ansi due='' folder='' now=''
        if [[ -n ${NO_COLOR-} || ${TERM-} == dumb ]]; then markup=plain terminal=plain; fi
        _quotaline_find_folder
        _quotaline_read "${markup}"
        # shellcheck disable=SC2034 # for PS1
        QUOTALINE=${REPLY}
        if [[ -n ${due} && -n ${folder} ]]; then _quotaline_start; fi
        if [[ ${QUOTALINE_EXPORT-} == 1 ]]; then
            _quotaline_read "${terminal}"
            export QUOTALINE_ANSI=${REPLY}
        fi
    }

    # _quotaline_find_folder: sets folder by the rule of cache/paths.py. Empty without a
    # home, and for a relative config dir, which would differ from folder to folder.
    _quotaline_find_folder() {
        local home=${HOME-} config=${CLAUDE_CONFIG_DIR-} root part path=''
        if [[ ${home} != /* ]]; then return 0; fi
        home=${home%/}
        root=${home}/${_quotaline_caches}/quotaline
        if [[ ${XDG_CACHE_HOME-} == /* ]]; then root=${XDG_CACHE_HOME}/quotaline; fi
        if [[ ${QUOTALINE_CACHE_DIR-} == /* ]]; then root=${QUOTALINE_CACHE_DIR}; fi
        case ${config} in
        '' | "${home}/.claude" | "${home}/.claude/")
            folder=${root}/default
            return 0
            ;;
        /*) ;;
        *) return 0 ;;
        esac
        config=${config}/
        while [[ -n ${config} ]]; do
            part=${config%%/*} config=${config#*/}
            case ${part} in
            '' | .) ;;
            ..) path=${path%/*} ;;
            *) path=${path}/${part} ;;
            esac
        done
        folder=${root}/dirs${path}
    }

    # _quotaline_read HOST: sets REPLY to the current text of the host's segment file, and
    # due to 1 if a refresher should start. The reads are bounded, so that no file in the
    # segment's place can hold up a prompt. Numbers are checked before any arithmetic,
    # because in arithmetic bash executes commands in a subscript.
    _quotaline_read() {
        local segment=${folder}/segment.$1 version='' next='' boot='' next_up='' valid_until valid_until_up text row
        REPLY='[5h:-- 7d:--]' due=1
        # Another user's file could hold any escape.
        if [[ -z ${folder} || ! -f ${segment} || ! -r ${segment} || ! -O ${segment} ]]; then return 0; fi
        {
            IFS=' ' \builtin read -r -n 100 version next boot next_up || :
            if [[ ${version} != 1 ]]; then return 0; fi
            if [[ -n ${_quotaline_boot} && ${boot} == "${_quotaline_boot}" ]]; then
                # It may be denied, 0, or start anew in a container: NEXT is never 3700 s ahead.
                IFS=. \builtin read -r now _ </proc/uptime || now=''
                _quotaline_are_numbers "${now}" "${next_up}" && ((now > 0 && next_up <= now + 3700)) || boot=''
            else
                boot=''
            fi
            if [[ -z ${boot} ]]; then
                _quotaline_epoch
                _quotaline_are_numbers "${next}" || return 0
                next_up=${next}
                if ((next_up > now + 3700)); then next_up=${now}; fi
            fi
            for ((row = 0; row < 500; row++)); do
                valid_until='' valid_until_up='' text=''
                IFS=' ' \builtin read -r -n 60 valid_until valid_until_up || return 0
                IFS='' \builtin read -r -n 1000 text || return 0
                if [[ -z ${boot} ]]; then valid_until_up=${valid_until}; fi
                _quotaline_are_numbers "${now}" "${next_up}" "${valid_until}" "${valid_until_up}" || return 0
                if ((valid_until == 0 || valid_until_up > now)); then break; fi
                text=''
            done
        } 2>/dev/null <"${segment}" || return 0
        if [[ -z ${text} ]]; then return 0; fi
        REPLY=${text}
        if [[ ${text} == ' ' ]]; then REPLY=''; fi # nothing to show: PS1 leaves the gap out too
        if ((now < next_up)); then due=''; fi
    }

    # Only digits, no leading zero (octal), and short enough for 64 bits.
    _quotaline_are_numbers() {
        local number
        for number; do
            case ${number} in '' | *[!0123456789]* | 0?* | ????????????????*) return 1 ;; *) ;; esac
        done
    }

    # _quotaline_epoch: sets now to epoch seconds, without a fork.
    _quotaline_epoch() {
        if [[ -n ${_quotaline_epoch_at_0} ]]; then
            now=$((_quotaline_epoch_at_0 + SECONDS))
        else
            \builtin printf -v now '%(%s)T' -1
        fi
    }

    # _quotaline_start: runs the command, which makes the claim and starts the refresher,
    # at most every 15 s. In the background of a subshell it is not a job of this shell:
    # no message, no question at exit, no hangup; and it has no descriptor of the terminal.
    _quotaline_start() {
        local age=$((SECONDS - _quotaline_tried))
        if ((age >= 0 && age < 15)); then return 0; fi
        _quotaline_tried=${SECONDS}
        (\builtin cd / && \command -- "${QUOTALINE_COMMAND:-quotaline}" --for bash </dev/null >/dev/null 2>&1 &)
    }

    _quotaline_tried=-15
    _quotaline_boot=''
    if [[ -r /proc/sys/kernel/random/boot_id && -r /proc/uptime ]]; then
        IFS=- \builtin read -r _quotaline_boot _ </proc/sys/kernel/random/boot_id || :
    fi
    _quotaline_epoch_at_0=''
    if ((BASH_VERSINFO[0] < 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] < 2))); then
        _quotaline_epoch_at_0=$(($(\command date +%s) - SECONDS)) # no %(...)T in this bash: one fork now, none later
    fi
    _quotaline_caches=.cache
    if [[ -d /System/Library/CoreServices ]]; then _quotaline_caches=Library/Caches; fi

    # starship moves the PROMPT_COMMAND that it found here, and runs that first.
    if [[ "${PROMPT_COMMAND[*]-} ${STARSHIP_PROMPT_COMMAND-}" != *_quotaline_hook* ]]; then
        if ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1))); then
            # An array, because bash then gives each element the same $? and PIPESTATUS.
            PROMPT_COMMAND=(_quotaline_hook ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"})
        else
            # shellcheck disable=SC2178,SC2128 # a string in these versions; the user's may end in ";"
            PROMPT_COMMAND=_quotaline_hook$'\n'${PROMPT_COMMAND-}
        fi
    fi
    if [[ "${PROMPT_COMMAND[*]}" != *_quotaline_place* ]]; then
        if ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1))); then
            PROMPT_COMMAND+=(_quotaline_place)
        else
            # shellcheck disable=SC2178,SC2128 # as above
            PROMPT_COMMAND=${PROMPT_COMMAND}$'\n'_quotaline_place
        fi
    fi
fi
