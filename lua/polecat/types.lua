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
---@field sub string Behind `:Polecat `.
---@field about string
---@field bang? boolean
---@field bar? boolean
---@field editor? boolean Whether it must know what is open and where one stands.
---@field range? 'size'|'lines'
---@field opens? string The view that it opens, for which no backend is needed.
---@field map? 'n'|'x' The mode of its `<Plug>` map.
---@field words? string[] What each stands for; `?` behind those that may be left out.
---@field keys? string[][] Key, and what its value stands for.

---@alias polecat.Callback fun(err?: polecat.Error, result?: any)

--- From where a call is made; the backend finds the rig from it.
---@class polecat.At
---@field file? string Absolute folder of the current file.
---@field cwd string Absolute working directory.

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
---@field issue? string
---@field pane_id? string
---@field pid? integer
---@field exit? polecat.Exit
---@field waiting? polecat.Waiting While its state is `waiting`.

--- What a polecat changed since it began.
---@class polecat.Diff
---@field ahead integer Commits.
---@field added integer Lines, committed or not.
---@field removed integer
---@field uncommitted integer Files that git tracks.
---@field untracked integer Files that it does not.

--- What an agent wants of a person.
---@class polecat.Waiting
---@field reason 'permission'|'question'|'trust'|'sign-in'
---@field id? string Names exactly this question.
---@field text? string What it asks.
---@field about? string[] What it asks about, such as the command to be allowed: all lines.
---@field choices? string[] The answers it offers.
---@field selected? integer Which of them is marked, from 1.
---@field multi? boolean Whether several can be ticked.
---@field free? integer Which of them means nothing without words.
---@field field? boolean Whether only words are asked for.
---@field about_cut? boolean Whether the beginning of what it is about is not on the screen.

--- Where a split goes: the modifiers and the count of the command that asked for it.
---@class polecat.Split
---@field mods? table As `smods` of a user command's arguments.
---@field size? integer Lines, or columns of a vertical split.
---@field from? integer The window it was asked for in, when it takes a while to be shown.

--- `vim.g.polecat`, or what a function there returns. |polecat-configuration|
---@class polecat.Opts
---@field rig? polecat.RigOpts
---@field gastown? 'auto'|'0.5'|'0.6' Which gastown runs the town; `auto` by default.
---@field worktrees? string Where new polecats work: `{parent}/{repo}.polecats/{polecat}/{repo}`.
---@field tmux? polecat.TmuxOpts
---@field tracker? polecat.TrackerOpts
---@field agent? string The agent that is started when the command does not say.
---@field agents? table<string, polecat.AgentOpts> Agents by name; of a known one what differs.
---@field dialogs? 'accept'|'ask' Who answers what agents ask before they begin.
---@field capture? polecat.CaptureOpts
---@field notify? string States with commas between them; `waiting,died,idle` by default.
---@field log_level? 'error'|'warn'|'info'|'debug'|'trace'
---@field backend? polecat.BackendOpts

---@class polecat.RigOpts
---@field path? string Its folder, instead of the one that is found.
---@field name? string

---@class polecat.TmuxOpts
---@field command? string The program.
---@field socket? string A name as for `tmux -L`, or a path as for `tmux -S`.

---@class polecat.TrackerOpts
---@field command? string The issue tracker, with arguments if need be; `bd` by default.

---@class polecat.CaptureOpts
---@field lines? integer How many lines a capture shows; 200 by default.

---@class polecat.BackendOpts
---@field command? string|string[] The program, or a list of it and its arguments.

---@class polecat.AgentOpts
---@field preset? string The known agent that it is like.
---@field command? string
---@field args? string[]
---@field env? table<string, string>
---@field process_names? string[] What its process may be called.
---@field ready? polecat.ReadyOpts
---@field settle_ms? integer The pause between a paste and the key that sends it.
---@field prompt_mode? 'arg'|'none'|string How it takes its first words; else the flag for them.
---@field dialogs? polecat.DialogOpts[] What it may ask before it begins.
---@field hooks? polecat.HooksOpts
---@field resume? polecat.ResumeOpts
---@field config_dir_env? string The variable that names its configuration folder.
---@field session_id_env? string The variable in which it tells its session's id.
---@field instructions? string The file of instructions that it reads.

---@class polecat.ReadyOpts
---@field prompt? string What its prompt begins with.
---@field title? string The window title that it sets when it is ready.
---@field delay_ms? integer How long to wait when nothing else says so.

---@class polecat.DialogOpts
---@field text string A part of what it shows.
---@field press? string[] The keys that accept it, as tmux names them.
---@field selected? string The beginning of the choice that must be marked before.
---@field reason? 'permission'|'question'|'trust'|'sign-in'

---@class polecat.HooksOpts
---@field provider? 'claude'|'none'|string
---@field dir? string
---@field file? string

---@class polecat.ResumeOpts How it goes on with an earlier conversation, before the id.
---@field flag? string
---@field subcommand? string
