set -gx EDITOR nvim
fish_add_path ~/.local/bin

if status is-interactive
    abbr -a gs 'git status'
    function fish_right_prompt
        date '+%H:%M'
    end
end
