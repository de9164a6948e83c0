# quotaline: fish integration (fish 3.5 or newer)
#
#   install  quotaline init fish | source    in ~/.config/fish/config.fish
#   show     on the right, or where your prompt names it:
#            function fish_right_prompt; echo -n $QUOTALINE; end
#   remove   delete these lines and open a new shell
#
# Sets QUOTALINE before each prompt, with builtins only. Prints nothing, keeps $status
# and never waits.
#
# Honours QUOTALINE_COMMAND (the command to run; default: the one on PATH),
# QUOTALINE_EXPORT=1 (also export QUOTALINE_ANSI, for starship's env_var),
# QUOTALINE_PLACE=0 (leave fish_right_prompt alone), QUOTALINE_CACHE_DIR,
# XDG_CACHE_HOME, CLAUDE_CONFIG_DIR, NO_COLOR, TERM.

if status is-interactive
    # Before each prompt. fish keeps $status of the user's command for the prompt.
    function _quotaline_hook --on-event fish_prompt
        set -l folder (_quotaline_folder)
        set -l markup fish
        if test -n "$NO_COLOR"; or test "$TERM" = dumb
            set markup plain
        end
        _quotaline_read "$folder" $markup
        if test "$QUOTALINE_EXPORT" = 1
            set -gx QUOTALINE_ANSI $QUOTALINE # fish's markup is ANSI
        end
        if set -q _quotaline_due; and test -n "$folder"
            _quotaline_start
        end
        _quotaline_place
    end

    # _quotaline_folder: prints the folder, by the rule of cache/paths.py. Nothing without
    # a home, and for a relative config dir, which would differ from folder to folder.
    function _quotaline_folder
        string match -q '/*' -- "$HOME"; or return 0
        set -l home (string replace -r '/$' '' -- $HOME)
        set -l root $home/$_quotaline_caches/quotaline
        string match -q '/*' -- "$XDG_CACHE_HOME"; and set root $XDG_CACHE_HOME/quotaline
        string match -q '/*' -- "$QUOTALINE_CACHE_DIR"; and set root $QUOTALINE_CACHE_DIR
        if contains -- "$CLAUDE_CONFIG_DIR" '' $home/.claude $home/.claude/
            echo $root/default
        else if string match -q '/*' -- $CLAUDE_CONFIG_DIR
            echo $root/dirs(path normalize -- $CLAUDE_CONFIG_DIR)
        end
    end

    # _quotaline_read FOLDER HOST: sets QUOTALINE to the current text of the host's segment
    # file, and _quotaline_due if a refresher should start. The reads are bounded, so that
    # no file in the segment's place can hold up a prompt.
    function _quotaline_read -a folder host
        set -l segment $folder/segment.$host
        set -g QUOTALINE '[5h:-- 7d:--]'
        set -g _quotaline_due
        # Another user's file could hold any escape.
        if test -z "$folder"; or not test -f $segment; or not test -r $segment; or not test -O $segment
            return
        end
        begin
            read -f -n 100 -d ' ' format next boot next_up # $version is taken by fish
            test "$format" = 1; or return
            set -f now ''
            if test -n "$_quotaline_boot"; and test "$boot" = "$_quotaline_boot"; and test -r /proc/uptime
                read -f -n 40 -d . now _ </proc/uptime
            end
            # It may be denied, 0, or start anew in a container: NEXT is never 3700 s ahead.
            if not _quotaline_are_numbers "$now" "$next_up"; or test $now = 0; or test $next_up -gt (math $now + 3700)
                # Its mtime plus the seconds since then: the current time, without a fork.
                set -f now (math (path mtime -- $segment) + (path mtime -R -- $segment))
                set boot ''
                set next_up $next
                _quotaline_are_numbers "$now" "$next_up"; or return
                test $next_up -le (math $now + 3700); or set next_up $now
            end
            while read -l -n 60 -d ' ' valid_until valid_until_up
                read -l -n 1000 line; or return
                _quotaline_are_numbers "$valid_until" "$valid_until_up"; or return
                test -n "$boot"; or set valid_until_up $valid_until
                if test $valid_until = 0; or test $valid_until_up -gt $now
                    set -f text $line
                    break
                end
            end
        end <$segment
        set -q text; and test -n "$text"; or return
        set -g QUOTALINE $text
        test "$text" != ' '; or set QUOTALINE '' # nothing to show: the prompt leaves the gap out too
        test $now -ge $next_up; or set -e _quotaline_due
    end

    # Numbers that test and math accept without an error message.
    function _quotaline_are_numbers
        not string match -q -v -r '^[0-9]{1,15}$' -- $argv
    end

    # _quotaline_start: runs the command, which makes the claim and starts the refresher,
    # at most every 15 s. sh puts it into the background: fish would ask about a job at exit.
    function _quotaline_start
        set -l now
        if test -r /proc/uptime
            read -n 40 -d . now _ </proc/uptime
        else
            set now (command date +%s)
        end
        if set -q _quotaline_tried; and test (math $now - $_quotaline_tried) -lt 15
            return
        end
        set -g _quotaline_tried $now
        set -l program quotaline
        set -q QUOTALINE_COMMAND; and set program $QUOTALINE_COMMAND
        command sh -c 'cd / && exec "$0" --for fish </dev/null >/dev/null 2>&1 &' $program
    end

    # _quotaline_place: at the first prompt, when everything that makes prompts is loaded.
    function _quotaline_place
        set -q _quotaline_placed; and return
        set -g _quotaline_placed
        test "$QUOTALINE_PLACE" = 0; and return
        set -l prompts (functions --no-details fish_prompt; functions -q fish_right_prompt; and functions --no-details fish_right_prompt)
        string match -q -r 'QUOTALINE|starship|_omp_' -- $prompts; and return
        if functions -q fish_right_prompt
            functions --copy fish_right_prompt _quotaline_right_prompt
            function fish_right_prompt
                if set -q _tide_transient # tide is clearing the prompt of the line before
                    _quotaline_right_prompt
                    return
                end
                set -l rest (_quotaline_right_prompt) # first, so that it has the user's $status
                string join -n ' ' -- "$QUOTALINE" $rest
            end
        else
            function fish_right_prompt
                echo -n $QUOTALINE
            end
        end
    end

    set -g _quotaline_boot
    if test -r /proc/sys/kernel/random/boot_id; and test -r /proc/uptime
        read -n 60 -d - _quotaline_boot _ </proc/sys/kernel/random/boot_id
    end
    set -g _quotaline_caches .cache
    test -d /System/Library/CoreServices; and set -g _quotaline_caches Library/Caches
end
