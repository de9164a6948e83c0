#!/bin/sh
# quotaline: tmux integration (tmux 2.9 or newer)
#
#   install  run-shell "QUOTALINE_COMMAND=/abs/quotaline /abs/quotaline.tmux"
#            at the end of ~/.tmux.conf (quotaline init tmux prints it), or by TPM
#   show     at the right end, or in place of #{quotaline} in status-left or
#            status-right
#   remove   delete that line and start a new server
#
# Runs once, when tmux reads its configuration. The server needs to know a config dir
# other than ~/.claude: set-environment -g CLAUDE_CONFIG_DIR /path
#
# Honours QUOTALINE_COMMAND (the command to run; default: the one on the server's PATH).

# set_job: sets job to the #(...) that runs the command: quoted for the sh that tmux
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

# set_shown: sets shown to the job with its background. A green number can't be read on
# tmux's default bar, which is green, nor a yellow or red one on a bar of that colour, so
# there they get a dark background. It has to be the default style (push-default, tmux
# 3.1), because each colour of ours ends in default. In a directive of its own: tmux
# pushes the style that was in force before the directive.
set_shown() {
    shown=$job
    ground=$(tmux show-option -gv status-bg)
    if [ "$ground" = default ]; then
        ground=$(tmux show-option -gv status-style | tr ' ' ',')
        case $ground in
        *bg=*) ground=${ground##*bg=} ground=${ground%%,*} ;;
        *) ground='' ;;
        esac
    fi
    version=$(tmux -V)
    case $version:$ground in
    'tmux 2.'* | 'tmux 3.0'*) ;;
    *:green | *:yellow | *:red | *:bright[gry]* | *:colo*r[1239] | *:colo*r1[01] | *:colo*r208)
        shown="#[fg=colour250,bg=colour234]#[push-default]$job#[pop-default,default]"
        ;;
    *) ;;
    esac
}

# fill TEXT: sets filled to TEXT with each #{quotaline} replaced by $shown.
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

# place SIDE TEXT: sets the option, and raises its length limit: tmux cuts the sides
# off, by default at 10 and 40 columns.
place() {
    tmux set-option -g "status-$1" "$2"
    length=$(tmux show-option -gv "status-$1-length")
    [ "$length" -ge 80 ] || tmux set-option -g "status-$1-length" 80
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
    *"$job"*) ;; # reloaded a configuration that sets neither
    *) place right "$right $shown" ;;
    esac
fi
