---@meta
--- What the other files mean by the names of these types. Never loaded.

--- Why something did not happen.
---@class polecat.Error
---@field code string One of the stable codes of |polecat-errors|.
---@field message string What is wrong with what.
---@field hint? string What to do about it.
---@field told? boolean The user has been told already; do not notify again.
---@field untrusted? polecat.Untrusted With the code `untrusted`: what is to be allowed.
---@field waiting? polecat.Waiting With `question_changed`: what is asked instead.

--- What files of a project want run, |polecat-trust|.
---@class polecat.Untrusted
---@field id string Of exactly this.
---@field files string[] The files that say so.
---@field argv string[] Program and arguments; empty where they are yours.
---@field env table<string, string> The environment that is set.
---@field contents { path: string, text?: string }[] Files of the project that are a part of it.
---@field lines string[] All of it to be shown, with what is invisible escaped.
---@field lasting boolean Whether `always` is remembered.

--- A command, as `polecat.commands` has it.
---@class polecat.Command
---@field name string Behind `:Polecat`.
---@field desc string
---@field nargs? 0|'?' How many words it takes, where that is not any number.
---@field bang? boolean
---@field bar? boolean
---@field editor? boolean Whether it must know what is open and where one stands.
---@field range? 'size'|'lines' What a number or a range in front of it means.
---@field opens? string The view that it opens, for which no backend is needed.
---@field map? 'n'|'x' The mode of its `<Plug>` map.
---@field words? string[] What each stands for, or all that it can be, `=a|b`; `?` behind those that may
--- be left out.
---@field keys? string[][] Key, and what its value stands for.

---@alias polecat.Callback fun(err?: polecat.Error, result?: any)

--- From where a call is made; the backend finds the rig from it.
---@class polecat.At
---@field file? string Absolute folder of the current file.
---@field cwd string Absolute working directory.
---@field rig? string The folder of the one rig that is meant.

--- How an agent ended.
---@class polecat.Exit
---@field status? integer Exit status.
---@field signal? integer The signal that killed it.
---@field at string RFC 3339.
---@field lived_ms integer
---@field command string
---@field tail string[] The last lines it printed.

---@class polecat.SessionInfo
---@field polecat string
---@field session_id string The tmux session's name.
---@field found_in? string Where its pane is: moved or renamed by a person, or named by gastown.
---@field running boolean
---@field rig_name string
---@field address? string What names it from anywhere, `shop/ash`: in lists and events.
---@field rig_path? string The folder of its rig, likewise.
---@field attached boolean
---@field created? string RFC 3339.
---@field windows? integer
---@field last_activity? string RFC 3339; the last output.
---@field state string
---@field state_source 'pane'|'title'|'screen'|'guessed'|'none'
---@field state_since? string RFC 3339.
---@field agent? string
---@field command? string
---@field workdir? string
---@field branch? string
---@field diff? polecat.Diff
---@field branch_status? polecat.BranchStatus
---@field issue? string
---@field task? string What it works on, in a few words.
---@field attempt? polecat.Attempt Which of several attempts at one task it is.
---@field label? string What a person calls it.
---@field usage? polecat.Usage What its screen shows of its model and conversation.
---@field queued? integer How many messages wait until it is at its prompt.
---@field queue_held? string Why they are not sent before a person says so.
---@field resumable? string The conversation that it can go on with: its id, or `last`.
---@field setup? string What the set-up of its worktree is at, while that goes on.
---@field lost? boolean Whether its session was lost with its tmux server.
---@field pane_id? string
---@field pid? integer
---@field exit? polecat.Exit
---@field waiting? polecat.Waiting While its state is `waiting`.
---@field detail? polecat.Detail What holds it up, or ended its last turn.

--- One of several attempts at the same task.
---@class polecat.Attempt
---@field task string What all attempts at it have in common.
---@field number integer From 1.
---@field of integer How many were begun.

--- What an agent's screen shows now; what it does not show is absent.
---@class polecat.Usage
---@field model? string
---@field tokens? integer
---@field context? integer How full its context is, in percent.
---@field cost? string `$0.12`

--- What holds an agent up, or ended its last turn.
---@class polecat.Detail
---@field kind 'error'|'limit'|'retrying'|'compacting'
---@field text string Its words; may be empty.
---@field attempt? string `6/10`
---@field wait? string `12s`
---@field ['until']? string When a limit ends, as it is shown.

--- What a polecat changed since it began.
---@class polecat.Diff
---@field ahead integer Commits.
---@field added integer Lines, committed or not.
---@field removed integer
---@field uncommitted integer Files that git tracks.
---@field untracked integer Files that it does not.

--- How a polecat's branch stands to the one that it is meant for.
---@class polecat.BranchStatus
---@field of string That branch, such as `main`.
---@field behind integer How many of its commits the polecat does not have.
---@field merged boolean Whether all that the polecat committed is there.
---@field conflicts boolean Whether a merge would leave conflicts.

--- What an agent wants of a person.
---@class polecat.Waiting
---@field reason 'permission'|'question'|'trust'|'sign-in'
---@field id? string Names exactly this question.
---@field text? string What it asks.
---@field about? string[] What it asks about, such as the command to be allowed: all lines.
---@field subject? string The same on one line, of limited length.
---@field choices? string[] The answers it offers.
---@field request? string The id that the agent itself gave the question.
---@field first? integer The number of the first of them, if it is not 1.
---@field selected? integer The number of the marked one.
---@field multi? boolean Whether several can be ticked.
---@field ticked? integer[] Which of them are.
---@field yes? integer Which one agrees, where that is known.
---@field no? integer Which one refuses.
---@field free? integer Which of them means nothing without words.
---@field field? boolean Whether only words are asked for.
---@field about_cut? boolean Whether the beginning of what it is about is not on the screen.

--- Where a split goes: the modifiers and the count of the command that asked for it.
---@class polecat.Split
---@field mods? table As `smods` of a user command's arguments.
---@field size? integer Lines, or columns of a vertical split.
---@field here? boolean It takes the window `from`.
---@field from? integer The window it was asked for in, when it takes a while to be shown.

--- `vim.g.polecat`, or what a function there returns. |polecat-configuration|
---@class polecat.Opts
---@field rig? polecat.RigOpts
---@field rigs? table<string, polecat.NamedRigOpts> Rigs to know, by their folders.
---@field hosts? table<string, polecat.HostOpts> Other machines with rigs, by their names.
---@field setup? polecat.SetupOpts What new worktrees get. |polecat-setup|
---@field wrap? string|string[] Words in front of what is run in worktrees. |polecat-config-wrap|
---@field watch? boolean Whether these, and the rig around, are watched from the start.
---@field all? boolean Whether lists are of all rigs where nobody says otherwise.
---@field gastown? 'auto'|'0.5'|'0.6' Which gastown runs the town; `auto` by default.
---@field worktrees? string Where new polecats work: `{parent}/{repo}.polecats/{polecat}/{repo}`.
---@field tmux? polecat.TmuxOpts
---@field tracker? polecat.TrackerOpts
---@field agent? string The agent that is started when the command does not say.
---@field agents? table<string, polecat.AgentOpts> Agents by name; of a known one what differs.
---@field dialogs? 'accept'|'ask' Who answers what agents ask before they begin.
---@field questions? 'window'|'select' How a question of an agent is put; `window` by default.
---@field capture? polecat.CaptureOpts
---@field status? polecat.StatusOpts
---@field prompts? table<string, string> Texts for messages, `@name`. |polecat-config-prompts|
---@field notify? string States and `trouble`; `waiting,died,idle,trouble` by default.
---@field notify_command? string|string[] Run for each notification. |polecat-notify-outside|
---@field log_level? 'error'|'warn'|'info'|'debug'|'trace'
---@field backend? polecat.BackendOpts
---@field install? polecat.InstallOpts

---@class polecat.RigOpts
---@field path? string Its folder, instead of the one that is found.
---@field name? string

---@class polecat.HostOpts
---@field command? string|string[]|fun(): string[] What runs a command there; `ssh {name}` otherwise.
---@field attach? string|string[]|fun(): string[] What runs one there that needs a terminal.
---@field quote? boolean Whether a shell there takes the words apart once more.
---@field backend? string Our program there, by a name or a path.
---@field rigs? table<string, polecat.NamedRigOpts> Its rigs, by their folders there.
---@field setup? polecat.SetupOpts
---@field wrap? string|string[]
---@field tmux? polecat.HostTmuxOpts
---@field login? boolean Whether the environment there is that of a login shell; `true` by default.
---@field env? string[] The variables of Neovim's environment that go there, by their names.
---@field watch? boolean Whether it is connected to from the start.
---@field agent? string The agent that is started there when the command does not say.
---@field agents? table<string, polecat.AgentOpts> In place of what is said of them for this machine.
---@field tracker? polecat.TrackerOpts

---@class polecat.HostTmuxOpts
---@field command? string tmux there, by a name or a path.
---@field socket? string The socket there: a name or, with a `/`, a path.

---@class polecat.NamedRigOpts
---@field watch? boolean Whether it is watched from the start.
---@field setup? polecat.SetupOpts
---@field wrap? string|string[]

--- What a new worktree gets, besides what `.worktreeinclude` names. |polecat-setup|
---@class polecat.SetupOpts
---@field copy? string[] Patterns of files that are copied, as in `.gitignore`.
---@field link? string[] Files and folders that are links to those of the main worktree.
---@field run? string A command for `sh`, run in the worktree before its agent starts.

---@class polecat.TmuxOpts
---@field command? string The program.
---@field socket? string A name as for `tmux -L`, or a path as for `tmux -S`.

---@class polecat.TrackerOpts
---@field command? string The issue tracker, with arguments if need be; `bd` by default.

---@class polecat.CaptureOpts
---@field lines? integer How many lines a capture shows; 200 by default.
---@field fit? boolean Whether a session takes the width of the windows that show it; it does.

---@class polecat.StatusOpts
---@field columns? string[] Their names, |polecat-columns|.
---@field sidebar? polecat.SidebarOpts

---@class polecat.SidebarOpts
---@field side? 'left'|'right' Where it is docked; left by default.
---@field width? integer In cells; 40 by default.

---@class polecat.BackendOpts
---@field command? string|string[] The program, or a list of it and its arguments.

---@class polecat.InstallOpts
---@field url? string Where the release lies: `https://...`, or a folder. |polecat-config-install|

---@class polecat.AgentOpts
---@field preset? string The known agent that it is like.
---@field command? string
---@field args? string[]
---@field env? table<string, string>
---@field hook_args? string[] More arguments, when its hooks file is there.
---@field flags_if_taken? string[] More arguments, each if the program knows it.
---@field process_names? string[] What its process may be called.
---@field runs_as_version? boolean Its process may have a version as its name.
---@field ready? polecat.ReadyOpts
---@field settle_ms? integer The pause between a paste that shows and the key that sends it.
---@field prompt_mode? 'arg'|'none'|string How it takes its first words; else the flag for them.
---@field screen? polecat.ScreenOpts What it draws where.
---@field keys? polecat.KeysOpts Which keys it takes.
---@field dialogs? polecat.DialogOpts[] What it asks.
---@field hooks? polecat.HooksOpts
---@field resume? polecat.ResumeOpts
---@field config_dir_env? string The variable that names its configuration folder.
---@field session_id_env? string The variable in which it tells its session's id.
---@field instructions? string The file of instructions that it reads.
---@field events? boolean Whether it is asked to tell its state by events, if it can.

---@class polecat.ReadyOpts
---@field prompt? string What its prompt begins with.
---@field title? string The window title that it sets when it is ready.
---@field delay_ms? integer How long to wait when nothing else says so.

---@class polecat.ScreenOpts
---@field layout? 'ruled'|'ruled_or_boxed'|'boxed'|'in_box'|'barred'|'marked'|'last_line'|'unknown'
---@field marks? string[] What stands before typed text.
---@field hints? string[] How the grey text of an empty composer begins.
---@field markers? string[] Characters that point at a choice.
---@field titles? polecat.TitleOpts[]
---@field scroll_bar? string Its characters.
---@field busy_below? string[] Texts under the composer while it works.
---@field busy_above? polecat.BusyRowOpts The row that moves above it.
---@field busy_rule? string[] Words of the composer's upper rule while it works.
---@field starting? string The text under a composer that takes nothing yet.
---@field splash? string[] Texts of what it shows before there is a composer.
---@field restarts? string What it prints when it starts anew by itself.
---@field asks? string[] Words of the row that names a dialog's keys.
---@field dialog_top? string[] How the first row of a dialog without frame begins.
---@field passing? string[] Names of dialogs that close by themselves.
---@field answering? polecat.AnsweringOpts
---@field sent? string[] What a message that was sent begins with.
---@field trouble? polecat.TroubleOpts[]
---@field asides? string[] How paragraphs under the conversation begin.
---@field tasks? string[] How a title names what it works on: texts with `{task}`.
---@field no_tasks? string[] How what they find begins where it is no task.
---@field usage? string[] How it shows what it used: texts with `{model}`, `{tokens}` and the like.
---@field greeting? string What the upper edge of the box holds with which it greets.

---@class polecat.TroubleOpts How it shows what holds it up.
---@field kind 'error'|'limit'|'retrying'|'compacting'
---@field place 'busy'|'working'|'rest'
---@field begins? string
---@field holds? string[] Texts of which it has one.
---@field unless? string[] Texts that mean something else.
---@field coloured? boolean Red or yellow.

---@class polecat.TitleOpts
---@field begins? string
---@field spinner? boolean An animated cell and a blank.
---@field means 'working'|'idle'|'ready'|'quiet'|'waiting'

---@class polecat.BusyRowOpts
---@field indent? integer
---@field glyphs? string The characters it may begin with; braille cells by default.
---@field holds? string[] Texts of which it has one.
---@field wraps? boolean
---@field over? string The beginning of a row that says that the work is done.

---@class polecat.KeysOpts Keys as tmux names them.
---@field interrupt? string[]
---@field interrupt_again? string What it shows before it takes the next of these.
---@field interrupted? string What its conversation says when it was interrupted.
---@field newline? string
---@field clears? string[] They clear a row of the composer.
---@field dialog_delay_ms? integer How long a new dialog drops what is pressed.
---@field bang? 'text'|'text_after_blank'|'unknown' What it does with a first `!`.

---@class polecat.DialogOpts
---@field name? string
---@field reason? 'permission'|'question'|'trust'|'sign-in'
---@field text? string|string[] Near the end of the screen, in any layout.
---@field phrase? string|string[] In the paragraph that is the question.
---@field row? string|string[] In the row that is the question.
---@field heading? string|string[]
---@field words? string|string[] Below the choices.
---@field choice? string|string[] The beginning of a choice.
---@field choices? string[] The beginnings of all.
---@field labels? string[] The same, of choices without numbers.
---@field marked? boolean Choices without numbers, one of them marked.
---@field accept? integer The choice that accepts it, from 1.
---@field accepted_by? string[] Arguments of the command that mean the same.
---@field press? string[] The keys that accept it, as tmux names them.
---@field selected? string The beginning of the choice that must be marked before.
---@field answering? polecat.AnsweringOpts

---@class polecat.AnsweringOpts How choices are given.
---@field way? 'number'|'mark'|'letter'|'unknown'
---@field next? string The key that moves the mark on.
---@field previous? string
---@field keys? polecat.ChoiceKeysOpts[]
---@field yes? string[] The choice that it means.
---@field no? string[]
---@field words? polecat.ChoiceWordsOpts[]
---@field ticks? polecat.TicksOpts
---@field field? boolean An open field, without choices.
---@field undrawn? polecat.ChoiceKeysOpts[] Choices that it does not draw.

---@class polecat.ChoiceKeysOpts
---@field choice string
---@field press string[]

---@class polecat.ChoiceWordsOpts A choice that takes words.
---@field choice string
---@field needed? boolean
---@field marked? boolean The field opens where the choice is marked; else where it is given.
---@field key? string It opens the field when the choice is marked.
---@field message? boolean They go as a message afterwards.

---@class polecat.TicksOpts Boxes before choices.
---@field on string[]
---@field off? string[]
---@field toggle? string
---@field done? string The key that ends the list.
---@field done_row? string Or the row.

---@class polecat.HooksOpts
---@field provider? 'claude'|'none'|string
---@field dir? string
---@field file? string

---@class polecat.ResumeOpts How it goes on with a conversation, `{id}` in the place of its id.
---@field flag? string
---@field subcommand? string
---@field last? string With the last one of the folder.
---@field fork? string With a copy, in whatever folder; `{new}` is its id.
---@field new? string Gives a new one its id.
---@field files? polecat.ConversationFilesOpts Where its conversations are, if it chooses their ids.

---@class polecat.ConversationFilesOpts
---@field paths string Below the home, with `{id}`; `?` one character, `*` the beginning of a part.
---@field holds string What the file of a conversation in the folder `{cwd}` contains.
