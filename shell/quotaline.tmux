#!/bin/sh
# quotaline: tmux integration (tmux 2.9 or newer)
#
#   install  run-shell "QUOTALINE_COMMAND=/abs/quotaline /abs/quotaline.tmux"
#            at the end of ~/.tmux.conf (quotaline init tmux prints it), or by TPM
#   show     by itself at the right end, or where status-left or status-right say
#            #{quotaline}
#   remove   delete that line and start a new server
#
# Runs once, when tmux reads its configuration. A config dir of yours must be told to
# the server: set-environment -g CLAUDE_CONFIG_DIR /path
#
# Honours QUOTALINE_COMMAND (the command to show; else the one on the server's PATH).

# set_job: sets job to what has tmux run the command: quoted for the sh that tmux
# starts, then % and # doubled for tmux, which expands both in the option.
set_job() {
    program=${QUOTALINE_COMMAND:-$(command -v quotaline)}
    case $program in
    /*) ;;
    *)
        tmux display-message 'quotaline: not found on the PATH of the tmux server' 2>/dev/null
        return 1
        ;;
    esac
    program=$(printf '%s\n' "$program" | sed "s/'/'\\\\''/g; s/[%#]/&&/g")
    job="#('$program' --for tmux)"
}

# set_shown: sets shown to the job as it is placed. On tmux's own bar, which is green,
# a green number can't be read, so there it stands on a dark ground, which has to be the
# default within it (tmux 3.1 and newer): each of its colours ends in the default.
set_shown() {
    shown=$job
    style=$(tmux show-option -gv status-style)
    version=$(tmux -V)
    case $style:$version in
    *:'tmux 2.'* | *:'tmux 3.0'*) ;;
    *bg=green*) shown="#[fg=colour250,bg=colour234,push-default]$job#[pop-default,default]" ;;
    *) ;;
    esac
}

# fill TEXT: sets filled to TEXT with each #{quotaline} replaced by what is shown.
fill() {
    rest=$1 filled=''
    while :; do
        case $rest in
        *'#{quotaline}'*)
            filled=$filled${rest%%'#{quotaline}'*}$shown
            rest=${rest#*'#{quotaline}'}
            ;;
        *) break ;;
        esac
    done
    filled=$filled$rest
}

# place SIDE TEXT: sets the option, and makes room: tmux cuts each side at a length,
# by default 10 and 40 columns.
place() {
    tmux set-option -g "status-$1" "$2"
    room=$(tmux show-option -gv "status-$1-length")
    [ "$room" -ge 80 ] || tmux set-option -g "status-$1-length" 80
}

if set_job; then
    set_shown
    left=$(tmux show-option -gv status-left)
    right=$(tmux show-option -gv status-right)
    case $left$right in
    *'#{quotaline}'*)
        for side in left right; do
            if [ "$side" = left ]; then fill "$left"; else fill "$right"; fi
            case $filled in *"$job"*) place "$side" "$filled" ;; esac
        done
        ;;
    *"$job"*) ;; # a reload of a configuration that sets neither
    *) place right "$right $shown" ;;
    esac
fi
