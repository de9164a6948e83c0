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
    # _quotaline_hook: runs before everything else that builds a prompt, so that this has
    # the value of this prompt, not of the one before.
    _quotaline_hook() {
        local status=$? REPLY=''
        _quotaline_update || :
        if [[ -n ${bash_preexec_imported-}${__bp_imported-} && "${precmd_functions[*]-}" != *_quotaline_hook* ]]; then
            _quotaline_join_preexec # it was loaded after this file
        fi
        _quotaline_place || :
        _quotaline_end "${status}"
    }

    # _quotaline_then COMMAND [update]: runs an element of PROMPT_COMMAND that may set PS1
    # anew, first, so that it has $? and PIPESTATUS, then adds the segment. An element of
    # our own behind it would be a command of the user's to everything that has a DEBUG
    # trap: the trap runs for each element, but not for what a function calls.
    _quotaline_then() {
        \builtin eval "$1"
        local status=$? REPLY=''
        if [[ -n ${2-} ]]; then _quotaline_update || :; fi
        _quotaline_place || :
        _quotaline_end "${status}"
    }

    # _quotaline_place: adds the segment to PS1, if it is not there.
    _quotaline_place() {
        local status=$? piece='' rest=${PS1-}
        if [[ -n ${_quotaline_piece} ]]; then rest=${rest#"${_quotaline_piece}"}; fi
        if [[ ${QUOTALINE_PLACE-} == 0 || ${rest} == *QUOTALINE* ]] || declare -F starship_precmd >/dev/null ||
            declare -F _omp_hook >/dev/null; then
            _quotaline_end "${status}"
            return
        fi
        if shopt -q promptvars; then
            # shellcheck disable=SC2016 # PS1 names the variable
            piece='${QUOTALINE:+${QUOTALINE} }'
        elif [[ -n ${QUOTALINE-} && ${QUOTALINE} != *[\\\$\`]* ]]; then
            piece="${QUOTALINE} " # the text itself; a text of quotaline has none of these characters
        fi
        if declare -F __lp_set_prompt >/dev/null; then # liquidprompt, which then adds a blank
            rest=${LP_PS1_PREFIX-}
            if [[ -n ${_quotaline_piece} ]]; then rest=${rest#"${_quotaline_piece}"}; fi
            if [[ -z ${rest} ]]; then piece=${piece% }; fi
            LP_PS1_PREFIX=${piece}${rest}
        else
            case ${rest} in
            '\[\e[G\]'*) PS1='\[\e[G\]'${piece}${rest#'\[\e[G\]'} ;; # bash-it: to the first column
            "${__vsc_custom_PS1:-/}") _quotaline_place_in_vscode ;;
            *) PS1=${piece}${rest} ;;
            esac
        fi
        _quotaline_piece=${piece}
        _quotaline_end "${status}"
    }

    # VS Code puts marks around any PS1 that is not the one it made, also around its marks,
    # so the segment goes between them, and PS1 stays the one it made.
    _quotaline_place_in_vscode() {
        local theirs=${__vsc_original_PS1-}
        local start=${__vsc_custom_PS1%%"${theirs}"*}
        local end=${__vsc_custom_PS1#"${start}${theirs}"}
        if [[ -n ${_quotaline_piece} ]]; then theirs=${theirs#"${_quotaline_piece}"}; fi
        __vsc_original_PS1=${piece}${theirs}
        __vsc_custom_PS1=${start}${__vsc_original_PS1}${end}
        PS1=${__vsc_custom_PS1}
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

    _quotaline_piece=${_quotaline_piece-}
    _quotaline_place || : # now, so that what decorates PS1 decorates the segment too

    # _quotaline_install: puts the hook where it runs first, and the segment behind what may
    # set PS1 anew. A tool that knows the user's commands by a DEBUG trap must find
    # PROMPT_COMMAND as it would be without quotaline: its type, and how often the trap runs.
    _quotaline_install() {
        local first=${PROMPT_COMMAND-} all="${PROMPT_COMMAND[*]-}" newline=$'\n'
        if [[ -n ${bash_preexec_imported-}${__bp_imported-} ]]; then
            _quotaline_join_preexec
        elif [[ ${first} == *__vsc_prompt_cmd* ]]; then
            # VS Code's function runs this instead of what was in PROMPT_COMMAND before.
            __vsc_original_prompt_command=_quotaline_hook${newline}${__vsc_original_prompt_command-}${newline}_quotaline_place
            if [[ ${first} != *__vsc_prompt_cmd_original* ]]; then
                # shellcheck disable=SC2178 # its first element, if it is an array
                PROMPT_COMMAND=${first/__vsc_prompt_cmd/__vsc_prompt_cmd_original}
            fi
        elif [[ -n ${VSCODE_SHELL_INTEGRATION-} ]] && ! declare -F __vsc_prompt_cmd >/dev/null; then
            # VS Code runs .bashrc first, and then takes the first element for its function.
            # shellcheck disable=SC2178 # as above
            PROMPT_COMMAND=_quotaline_hook${newline}${first}${newline}_quotaline_place
        elif [[ -z ${all//[[:space:]]/} ]]; then
            # shellcheck disable=SC2178 # as above
            PROMPT_COMMAND=_quotaline_hook
        elif declare -F __lp_set_prompt >/dev/null; then # it takes the segment from LP_PS1_PREFIX
            _quotaline_prepend
        elif [[ -n ${QUOTALINE_DEBUG_TRAP-}${ITERM_SESSION_ID-} && ${QUOTALINE_EXPORT-} != 1 ]]; then
            # One command stays one command: many traps compare PROMPT_COMMAND to BASH_COMMAND,
            # and iTerm2, if it is loaded later, adds its own to the first element.
            _quotaline_wrap_last ' update'
        else
            _quotaline_wrap_last ''
            _quotaline_prepend
        fi
    }

    # _quotaline_wrap_last WORD: makes _quotaline_then run the last element.
    _quotaline_wrap_last() {
        local index element quoted
        for index in "${!PROMPT_COMMAND[@]}"; do element=${PROMPT_COMMAND[index]}; done
        if [[ ${element} == *_quotaline_then* ]]; then return 0; fi
        \builtin printf -v quoted %q "${element}"
        _quotaline_set_element "${index}" "_quotaline_then ${quoted}$1"
    }

    # Without a subscript for the first one, because that would make an array of a string.
    _quotaline_set_element() {
        # shellcheck disable=SC2178 # as above
        if (($1)); then PROMPT_COMMAND[$1]=$2; else PROMPT_COMMAND=$2; fi
    }

    # _quotaline_prepend: makes the hook the first element. An array where bash has that,
    # because it then gives each element the same $? and PIPESTATUS.
    _quotaline_prepend() {
        if ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1))); then
            PROMPT_COMMAND=(_quotaline_hook "${PROMPT_COMMAND[@]}")
        else
            # shellcheck disable=SC2178,SC2128 # a string in these versions; the user's may end in ";"
            PROMPT_COMMAND=_quotaline_hook$'\n'${PROMPT_COMMAND}
        fi
    }

    # _quotaline_join_preexec: joins bash-preexec's functions, the last of which may be one
    # that decorates PS1 for a terminal. Where something else is in PROMPT_COMMAND, places
    # the segment before what decorates PS1, and from which on commands are the user's.
    _quotaline_join_preexec() {
        local -a joined
        local name index placed='' mark
        joined=(_quotaline_hook)
        for name in ${precmd_functions[@]+"${precmd_functions[@]}"}; do
            case ${name} in
            _quotaline_*) continue ;;
            __vsc_prompt_cmd | __wezterm_semantic_precmd)
                if [[ -z ${placed} ]]; then joined+=(_quotaline_place) placed=1; fi
                ;;
            *) ;;
            esac
            joined+=("${name}")
        done
        if [[ -z ${placed} ]]; then joined+=(_quotaline_place); fi
        precmd_functions=("${joined[@]}")
        if [[ "${PROMPT_COMMAND[*]-}" == *_quotaline_* ]]; then return 0; fi
        for index in ${PROMPT_COMMAND[@]+"${!PROMPT_COMMAND[@]}"}; do
            for mark in __iterm2_prompt_command "${__bp_install_string-}" __bp_interactive_mode; do
                name=${PROMPT_COMMAND[index]}
                if [[ -n ${mark} && ${name} == *"${mark}"* ]]; then
                    name=${name%%"${mark}"*}_quotaline_place$'\n'${mark}${name#*"${mark}"}
                    _quotaline_set_element "${index}" "${name}"
                    return 0
                fi
            done
        done
    }

    # starship moves the PROMPT_COMMAND that it found to the second of these.
    case "${PROMPT_COMMAND[*]-} ${STARSHIP_PROMPT_COMMAND-} ${__vsc_original_prompt_command-} ${precmd_functions[*]-}" in
    *_quotaline_hook* | *' update') ;;
    *) _quotaline_install ;;
    esac
    unset QUOTALINE_DEBUG_TRAP
fi
