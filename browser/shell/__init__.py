"""``polite-browser shell``: the same browser for a person in a terminal, over the same API.

    loop       reads lines and runs them; `loop.run` is the way in
    perform    runs one
    commands   what may be typed, and how a line is read
    memory     the displays shown so far: what numbers mean
    complete   what could be typed next
    editor     the line editor with its history, on a terminal only
    screen     what is printed: wrapped, coloured, through a pager, or plain
    progress   what is shown while a command runs, and Ctrl-C
    here       a service of its own, which starts meanwhile
    save       the conversation as Markdown

Where standard input or output is no terminal everything is plain: lines in, text out.
"""
