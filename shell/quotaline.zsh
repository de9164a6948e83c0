# quotaline: zsh integration (zsh 5.2 or newer)
#
#   install  eval "$(quotaline init zsh)"    at the end of ~/.zshrc
#   show     on the right, or where your prompt names it, with prompt_subst set:
#            PROMPT='%~ ${QUOTALINE} %# '    single quotes: expanded at each prompt
#            powerlevel10k: or where an element list of yours names quotaline
#   remove   delete these lines and open a new shell
#
# Sets QUOTALINE before each prompt, with builtins only, and repaints the prompt when
# a refresh has changed it. Prints nothing, keeps $? and never waits.
#
# Honours QUOTALINE_COMMAND (the command to run; default: the one on PATH),
# QUOTALINE_EXPORT=1 (also export QUOTALINE_ANSI, for starship's env_var),
# QUOTALINE_PLACE=0 (leave the prompt alone), QUOTALINE_CACHE_DIR, XDG_CACHE_HOME,
# CLAUDE_CONFIG_DIR, NO_COLOR, TERM.
# shellcheck shell=bash disable=all # shellcheck does not know zsh

if [[ -o interactive ]] && zmodload zsh/system zsh/datetime 2>/dev/null; then
    # _quotaline_precmd: the first of precmd_functions, so that everything after it that
    # builds a prompt has the value of this prompt, not of the one before.
    _quotaline_precmd() {
        emulate -L zsh
        local due folder
        _quotaline_update
        if [[ -n $due && -n $folder ]]; then _quotaline_start; fi
        _quotaline_join_p10k
        return 0
    }

    # _quotaline_join_p10k: names the segment in the list of powerlevel10k's elements, unless
    # a list of the user's names it. At each prompt, because ~/.p10k.zsh may be loaded again.
    # No list at all means that powerlevel10k is not configured: a list would prevent that.
    _quotaline_join_p10k() {
        emulate -L zsh
        if [[ ${QUOTALINE_PLACE-} == 0 ]] || (( ! $+functions[p10k] || ! $+POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS )); then
            return 0
        fi
        local lists=" ${POWERLEVEL9K_LEFT_PROMPT_ELEMENTS-} $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS "
        if [[ $lists != *' 'quotaline(|_joined)' '* ]]; then
            POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(quotaline $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS)
        fi
    }

    # _quotaline_place: the last of them, because themes set RPROMPT again at every prompt.
    # Without prompt_subst RPROMPT has to hold the text itself. quotaline does not set that
    # option: a prompt written without it may contain a branch named $(...).
    _quotaline_place() {
        if [[ -o prompt_subst ]]; then local piece='${QUOTALINE}'; else local piece=$QUOTALINE; fi
        emulate -L zsh
        local rest=${RPROMPT-${RPS1-}} # one parameter, unset under the name that the theme did not use
        if [[ -n $_quotaline_piece ]]; then rest=${rest#"$_quotaline_piece"}; fi
        if [[ ${QUOTALINE_PLACE-} == 0 || "${PROMPT-}${rest}" == *(QUOTALINE|starship)* ]] ||
            (( $+functions[p10k] || $+functions[_omp_precmd] )); then
            piece=
        elif [[ $piece != '${QUOTALINE}' && $piece == *[\$\`\\]* ]]; then
            piece= # not a text of quotaline, and prompt_subst may be set later
        elif [[ -n $piece && -n $rest ]]; then
            piece+=' '
        fi
        if [[ -n $piece || -n $_quotaline_piece ]]; then RPROMPT=$piece$rest; fi
        _quotaline_piece=$piece
    }

    # powerlevel10k calls this: -e expands it at each repaint, -c hides it while it is empty,
    # and without -f the text would be black, also on black.
    prompt_quotaline() { p10k segment -e -c '$QUOTALINE' -t '$QUOTALINE' -f default }

    # _quotaline_update: sets QUOTALINE, and QUOTALINE_ANSI if asked for; also due and
    # folder, which are local to its caller.
    _quotaline_update() {
        emulate -L zsh
        local REPLY markup=zsh terminal=ansi
        if [[ -n ${NO_COLOR-} || ${TERM-} == dumb ]]; then markup=plain terminal=plain; fi
        _quotaline_find_folder
        if [[ ${QUOTALINE_EXPORT-} == 1 ]]; then
            _quotaline_read $terminal
            export QUOTALINE_ANSI=$REPLY
        fi
        _quotaline_read $markup
        if [[ $markup == plain ]]; then REPLY=${REPLY//\%/%%}; fi
        typeset -g QUOTALINE=$REPLY
    }

    # _quotaline_find_folder: sets folder by the rule of cache/paths.py. Empty without a
    # home, and for a relative config dir, which would differ from folder to folder.
    _quotaline_find_folder() {
        emulate -L zsh
        local home=${HOME-} config=${CLAUDE_CONFIG_DIR-} root
        folder=
        if [[ $home != /* ]]; then return 0; fi
        home=${home%/}
        root=$home/$_quotaline_caches/quotaline
        if [[ ${XDG_CACHE_HOME-} == /* ]]; then root=$XDG_CACHE_HOME/quotaline; fi
        if [[ ${QUOTALINE_CACHE_DIR-} == /* ]]; then root=$QUOTALINE_CACHE_DIR; fi
        if [[ -z $config || $config == "$home/.claude" || $config == "$home/.claude/" ]]; then
            folder=$root/default
        elif [[ $config == /* ]]; then
            folder=$root/dirs${config:a}
        fi
    }

    # _quotaline_read HOST: sets REPLY to the current text of the host's segment file, and
    # due to 1 if a refresher should start. One bounded read, so that no file in the
    # segment's place can hold up a prompt. Numbers are checked before any arithmetic,
    # because in arithmetic zsh executes commands in a subscript.
    _quotaline_read() {
        emulate -L zsh
        local segment=$folder/segment.$1 content now text number
        local -a lines head valid_until
        local -i fd column=2 row
        REPLY='[5h:-- 7d:--]' due=1
        # Another user's file could hold any escape.
        if [[ -z $folder || ! -f $segment || ! -O $segment ]]; then return 0; fi
        sysopen -r -o nofollow,nonblock,cloexec -u fd -- $segment 2>/dev/null || return 0
        sysread -i $fd -s 65536 content 2>/dev/null
        exec {fd}<&-
        lines=("${(@f)content}")
        head=(${(s: :)lines[1]})
        if [[ ${head[1]-} != 1 ]]; then return 0; fi
        if [[ -n $_quotaline_boot && ${head[3]-} == $_quotaline_boot ]]; then
            { \builtin read -r now </proc/uptime } 2>/dev/null
            now=${now%%.*}
            # It may be denied, 0, or start anew in a container: NEXT is never 3700 s ahead.
            if [[ $now == <1-999999999999> && ${head[4]-x} == <0-999999999999999> ]] && ((head[4] <= now + 3700)); then
                column=4
            fi
        fi
        if ((column == 2)); then
            now=$EPOCHSECONDS
            if [[ ${head[2]-x} == <0-999999999999999> ]] && ((head[2] > now + 3700)); then head[2]=$now; fi
        fi
        for ((row = 2; row < $#lines; row += 2)); do
            valid_until=(${(s: :)lines[row]})
            for number in $now ${head[column]-x} ${valid_until[1]-x} ${valid_until[2]-x}; do
                if [[ $number != <0-999999999999999> ]]; then return 0; fi
            done
            if ((valid_until[1] == 0 || valid_until[column / 2] > now)); then
                text=$lines[row+1]
                break
            fi
        done
        if [[ -z $text ]]; then return 0; fi
        REPLY=$text
        if [[ $text == ' ' ]]; then REPLY=; fi # nothing to show: the prompt leaves the gap out too
        if ((now < head[column])); then due=; fi
    }

    # _quotaline_start: starts the refresher if this minute is not claimed yet, at most
    # every 15 s; folder is local to its caller. The pipe closes when the refresher ends,
    # which wakes the line editor. A process substitution is not a job: no message, no
    # question at exit, no hangup.
    _quotaline_start() {
        emulate -L zsh
        local command=${QUOTALINE_COMMAND:-${commands[quotaline]-}} claim=$folder/claim.$((EPOCHSECONDS / 60))
        local -i fd age=$((EPOCHSECONDS - _quotaline_tried))
        if ((age >= 0 && age < 15)) || [[ -z $command || -e $claim ]]; then return 0; fi
        _quotaline_tried=$EPOCHSECONDS
        # Installers put quotaline-cli next to the command, but not next to a symlink to it.
        if [[ ! -x ${command:h}/quotaline-cli ]]; then command=${command:A}; fi
        exec {fd}< <(
            umask 077
            setopt no_clobber
            # Without a folder there is nowhere to claim; the refresher makes the folder.
            if [[ ! -d $folder ]] || { \builtin true >$claim } 2>/dev/null; then
                \builtin cd -q / && ${command:h}/quotaline-cli refresh --detached </dev/null >/dev/null 2>&1
            fi
            \builtin print 2>/dev/null # or zsh would exec the refresher, which closes the pipe
        )
        zle -F $fd _quotaline_refreshed
    }

    # The line editor's handler. No emulate here: _quotaline_place needs the user's prompt_subst.
    _quotaline_refreshed() {
        local before=$QUOTALINE due folder
        () {
            emulate -L zsh
            local -i fd=$1
            zle -F $fd
            exec {fd}<&-
        } "$1"
        _quotaline_update
        if [[ $QUOTALINE != "$before" ]]; then
            _quotaline_place
            # A continuation line has another prompt, and the typed text would be redrawn wrongly.
            if [[ ${CONTEXT-} != cont ]]; then zle .reset-prompt; fi
        fi
        # Even if nothing changed: a refresher that ends while the prompt is being drawn can
        # interrupt that, and the rest of the prompt would appear only at the next key.
        zle -R
        return 0
    }

    () {
        emulate -L zsh
        typeset -gi _quotaline_tried=0
        typeset -g _quotaline_boot= _quotaline_caches=.cache _quotaline_piece=${_quotaline_piece-}
        if [[ -r /proc/sys/kernel/random/boot_id && -r /proc/uptime ]]; then
            \builtin read -r _quotaline_boot </proc/sys/kernel/random/boot_id
            _quotaline_boot=${_quotaline_boot%%-*}
        fi
        if [[ -d /System/Library/CoreServices ]]; then _quotaline_caches=Library/Caches; fi
        typeset -ga precmd_functions
        precmd_functions=(_quotaline_precmd ${precmd_functions:#_quotaline_*} _quotaline_place)
    }
fi
