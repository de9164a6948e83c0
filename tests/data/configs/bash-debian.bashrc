# ~/.bashrc: what an interactive bash that is not a login shell reads.

case $- in
    *i*) ;;
      *) return;;
esac

HISTCONTROL=ignoreboth
shopt -s histappend checkwinsize

if [ "$TERM" = xterm-256color ]; then
    PS1='\[\033[01;32m\]\u@\h\[\033[00m\]:\[\033[01;34m\]\w\[\033[00m\]\$ '
else
    PS1='\u@\h:\w\$ '
fi

alias ll='ls -alF'
[ -f ~/.bash_aliases ] && . ~/.bash_aliases
PROMPT_COMMAND='history -a'
