# quotaline: the file that oh-my-zsh, zinit and antidote load; see quotaline.zsh
source "${${(%):-%x}:A:h}/quotaline.zsh"
