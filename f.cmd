list-panes -a -F "#{s|[[:cntrl:]]| |:pane_current_command}"
list-panes -a -F "#{s\174[[:cntrl:]]\174 \174:pane_current_command}"
