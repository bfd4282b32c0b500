--- The public functions: `f(args..., cb)`, `cb(err, result)` on the main loop, in no case at once.
--- Each is one call of the backend, which checks the arguments. Each may be called in any event,
--- also as the first of all.
local api = require('polecat.api')

local M = {}

---@class polecat.StartOpts
---@field issue? string
---@field base? string Of a new polecat: the branch, tag or commit that its branch begins at.
---@field branch? string Of a new polecat: the branch that it works on, instead of one of its own.
---@field changes? 'move'|'copy' Of a new polecat: what is not committed in the main worktree goes along.
---@field large? boolean Of a new polecat: its set-up may copy more than 500 MB without being asked about.
---@field prompt? string What the agent is told first, behind the issue.
---@field agent? string
---@field account? string
---@field workdir? string
---@field config_dir? string
---@field cmd? string
---@field resume? boolean|string Goes on with its last conversation, or with the one of this id.
---@field new? boolean Create the polecat when it does not exist.
---@field trust? 'once'|'always' Allows what an error `untrusted` was about, |polecat-trust|.
---@field trust_id? string Its `untrusted.id`.
---@field in_use? 'ignore' Go on though other processes work in its worktree.

--- Starts the agent of a polecat. The result is its SessionInfo, with `warnings`.
---@type fun(name: string, opts?: polecat.StartOpts, cb?: polecat.Callback)
M.start = api.call('session.start', { 'polecat', 'opts', 'cb' }, api.with_cwd)

--- Stops a polecat's session; with `force`, without sync and grace.
---@type fun(name: string, opts?: { force?: boolean }, cb?: polecat.Callback)
M.stop = api.call('session.stop', { 'polecat', 'opts', 'cb' })

--- Stops all polecats of the rig, or of another `rig`. The result is `{ stopped = names }`.
---@type fun(opts?: { force?: boolean, rig?: string }, cb?: polecat.Callback)
M.stop_all = api.call('session.stop_all', { 'opts', 'cb' })

--- Starts all polecats that were cut off, each with its last conversation; with `stopped`, also those
--- that were stopped. The result is `{ resumed = names, failed }`: each with `polecat`, `code`,
--- `message` and `hint`.
---@type fun(opts?: { stopped?: boolean, in_use?: 'ignore', rig?: string }, cb?: polecat.Callback)
M.resume = api.call('session.resume_all', { 'opts', 'cb' })

--- Whether a polecat has a session.
---@type fun(name: string, cb?: polecat.Callback)
M.is_running = api.call('session.is_running', { 'polecat', 'cb' })

--- The SessionInfo of a polecat.
---@type fun(name: string, cb?: polecat.Callback)
M.status = api.call('session.status', { 'polecat', 'cb' })

--- The SessionInfo of every polecat that has a session, of the rig around or with `all` of all rigs.
---@type fun(opts?: { all?: boolean }, cb?: polecat.Callback)
M.list = api.call('session.list', { 'opts', 'cb' })

--- The last lines that a polecat printed, as one string.
---@type fun(name: string, opts?: { lines?: integer, ansi?: boolean }, cb?: polecat.Callback)
M.capture = api.call('session.capture', { 'polecat', 'opts', 'cb' })

--- The same for any tmux session.
---@type fun(session: string, opts?: { lines?: integer, ansi?: boolean }, cb?: polecat.Callback)
M.capture_session = api.call('session.capture_session', { 'session', 'opts', 'cb' })

--- Sends `text` to a polecat's agent, as one paste and one submit, where it can take one; with
--- `take`, what stands in its composer is taken out first. With `queue` it waits until the agent is
--- at its prompt; the result is then `{ queued, held? }`: how many messages wait, and why none is sent.
---@type fun(name: string, text: string, opts?: { take?: boolean, queue?: boolean }, cb?: polecat.Callback)
M.inject = api.call('session.inject', { 'polecat', 'text', 'opts', 'cb' })

--- What is queued for a polecat: `{ held?, messages }`, each with `id` and `text`.
---@type fun(name: string, cb?: polecat.Callback)
M.queue = api.call('session.queue', { 'polecat', 'cb' })

--- Drops the queued message `id`, or all of them. The result is the list of those.
---@type fun(name: string, opts?: { id?: integer }, cb?: polecat.Callback)
M.queue_drop = api.call('session.queue_drop', { 'polecat', 'opts', 'cb' })

--- Lets queued messages be sent that are held. The result is that of |polecat.queue()|.
---@type fun(name: string, cb?: polecat.Callback)
M.queue_release = api.call('session.queue_release', { 'polecat', 'cb' })

--- Interrupts what a polecat's agent is doing. The result is `{ state, warnings }`.
---@type fun(name: string, cb?: polecat.Callback)
M.interrupt = api.call('session.interrupt', { 'polecat', 'cb' })

---@class polecat.AnswerOpts
---@field id? string
---@field words? string
---@field cut? boolean

--- Answers what a polecat's agent asks: `choice` is a number from 1, a label or its beginning, `yes`
--- or `no`, or a list of them where several can be ticked. `id` is that of the question that is
--- meant, `waiting.id`; `cut` agrees to what is not all on the screen. The result is its SessionInfo,
--- with the next question in `waiting`, and `answered`, what was answered.
---@type fun(name: string, choice?: integer|string|(integer|string)[], opts?: polecat.AnswerOpts, cb?: polecat.Callback)
M.answer = api.call('session.answer', { 'polecat', 'choice', 'opts', 'cb' })

---@class polecat.NewOpts
---@field issue? string
---@field base? string As in `polecat.StartOpts`.
---@field branch? string
---@field changes? 'move'|'copy'
---@field large? boolean

--- Creates a polecat: worktree and branch. Without a name it gets the next free one of the rig's
--- name pool. The result is `{ polecat, workdir, branch }`.
---@type fun(name?: string, opts?: polecat.NewOpts, cb?: polecat.Callback)
M.new = api.call('polecat.new', { 'polecat', 'opts', 'cb' })

--- Sets the worktree of a polecat up, or what of it is missing. The result is `{ warnings }`.
---@type fun(name: string, opts?: { in_use?: 'ignore', large?: boolean }, cb?: polecat.Callback)
M.set_up = api.call('polecat.setup', { 'polecat', 'opts', 'cb' })

---@class polecat.ForkOpts
---@field name? string Of the new one; without, the next free name of the rig's name pool.
---@field fresh? boolean Fork the work alone, and begin a new conversation.
---@field prompt? string What the new one is told first.
---@field trust? 'once'|'always' As of |polecat.start()|.
---@field trust_id? string
---@field large? boolean As in `polecat.StartOpts`.

--- Forks a polecat: another one with a copy of its conversation and of its work, or nothing of it. The
--- result is the SessionInfo of the new one, with `warnings`.
---@type fun(name: string, opts?: polecat.ForkOpts, cb?: polecat.Callback)
M.fork = api.call('session.fork', { 'polecat', 'opts', 'cb' })

---@class polecat.SlingOpts
---@field base? string As in `polecat.StartOpts`.
---@field branch? string
---@field changes? 'move'|'copy'
---@field prompt? string The task, or what is told besides the issue.
---@field polecat? string Without one the first free polecat, else a new one, gets the issue.
---@field agent? string|string[] Several, in a list or with commas, get a polecat each.
---@field account? string
---@field config_dir? string
---@field cmd? string
---@field trust? 'once'|'always' As of |polecat.start()|.
---@field trust_id? string
---@field in_use? 'ignore' As in `polecat.StartOpts`.
---@field large? boolean As in `polecat.StartOpts`.

--- Gives an issue to a polecat in one step: worktree, branch, hook, session and first words, or
--- nothing of it. Without an issue `prompt` is the task. The result is its SessionInfo, with `warnings`;
--- for several agents a list of them, in that order.
---@type fun(issue?: string, opts?: polecat.SlingOpts, cb?: polecat.Callback)
M.sling = api.call('session.sling', { 'issue', 'opts', 'cb' }, api.with_cwd)

--- The issues that can be begun, as the tracker has them: each with `id`, `title`, `status`, `assignee?`.
---@type fun(opts?: { rig?: string }, cb?: polecat.Callback)
M.issues = api.call('rig.issues', { 'opts', 'cb' })

--- Removes a polecat. Refused while something would be lost; with `force` that is kept in a backup
--- first. The result is `{ polecat, dir, branches, kept, backup?, commit?, stashes }`.
---@type fun(name: string, opts?: { force?: boolean, in_use?: 'ignore' }, cb?: polecat.Callback)
M.remove = api.call('polecat.remove', { 'polecat', 'opts', 'cb' }, api.with_editor)

---@class polecat.MergeOpts
---@field how? 'merge'|'squash'|'rebase'
---@field commit? string The commit that is meant: another one is not merged.
---@field message? string Of the commit that is made.
---@field conflicts? boolean Leave conflicts in the files, to be resolved.
---@field in_use? 'ignore' As in `polecat.StartOpts`, for a rebase.

--- Merges what a polecat has committed into what the main worktree has checked out, or leaves all as
--- it was. The result is `{ into, how, commits, before, after, conflicts, worktree, output, whole }`.
---@type fun(name: string, opts?: polecat.MergeOpts, cb?: polecat.Callback)
M.merge = api.call('polecat.merge', { 'polecat', 'opts', 'cb' }, api.with_editor)

--- What a merge would do: `{ into, commit, branch?, subjects, trailers, conflicts, uncommitted, title?,
--- running, working }`. Touches nothing.
---@type fun(name: string, cb?: polecat.Callback)
M.merge_plan = api.call('polecat.merge_plan', { 'polecat', 'cb' })

--- Pushes a polecat's branch, never by force. The result is `{ remote, branch, commit, url?,
--- pull_request?, draft? }`: `draft` where `gh` can open a pull request.
---@type fun(name: string, opts?: { commit?: string }, cb?: polecat.Callback)
M.push = api.call('polecat.push', { 'polecat', 'opts', 'cb' })

--- Opens a pull request, by `gh`, for a branch that is pushed: the first line of `text` is its title.
--- The result is `{ url }`.
---@type fun(name: string, text: string, cb?: polecat.Callback)
M.pull_request = api.call('polecat.pull_request', { 'polecat', 'text', 'cb' })

--- Where a polecat works: `{ path, branch? }`.
---@type fun(name: string, cb?: polecat.Callback)
M.worktree = api.call('polecat.worktree', { 'polecat', 'cb' })

--- Brings back what the last backup of a removed polecat has. The result is
--- `{ polecat, workdir, branch?, formerly?, backup }`.
---@type fun(name: string, opts?: { in_use?: 'ignore' }, cb?: polecat.Callback)
M.restore = api.call('polecat.restore', { 'polecat', 'opts', 'cb' })

--- The other attempts at the task of a polecat, each `{ polecat, number, agent?, running, unsaved,
--- deleted, in_the_way }`: in words, what a backup would hold if it were removed by force, what would
--- be deleted, and what keeps it from being removed.
---@type fun(name: string, cb?: polecat.Callback)
M.attempts = api.call('polecat.attempts', { 'polecat', 'cb' })

--- Calls a polecat something, beside its name; without a text no more. The result is what it is
--- called, or nil.
---@type fun(name: string, text?: string, cb?: polecat.Callback)
M.label = api.call('polecat.label', { 'polecat', 'text', 'cb' })

--- Attaches to a polecat's session: a terminal split, or the tmux client that Neovim runs in.
---@type fun(name: string, cb?: polecat.Callback)
M.attach = api.call('open.attach', { 'polecat', 'cb' }, api.open)

--- Opens the status window: of all polecats of the rig around, or with `all` of all rigs, or of one
--- in detail.
---@type fun(name?: string, opts?: { all?: boolean })
M.open_status = api.call('open.status', { 'polecat', 'opts' }, api.open)

--- Opens a capture of a polecat in a split.
---@type fun(name: string, opts?: { lines?: integer, snapshot?: boolean })
M.open_capture = api.call('open.capture', { 'polecat', 'opts' }, api.open)

--- Opens what a polecat changed in a split.
---@type fun(name: string, opts?: { since?: 'review', against?: string })
M.open_diff = api.call('open.diff', { 'polecat', 'opts' }, api.open)

--- The sessions as they were last told of. Does not wait.
---@return polecat.SessionInfo[]
function M.sessions()
  return require('polecat.editor.sessions').sessions()
end

--- A short text for a status line, `!2 ●1`; empty when there is nothing to tell.
---@return string
function M.statusline()
  return require('polecat.editor.sessions').statusline()
end

--- Not needed: the same as `vim.g.polecat = opts`, checked at once.
---@param opts? polecat.Opts|fun(): polecat.Opts
function M.setup(opts)
  if vim.in_fast_event() then
    return vim.schedule_wrap(M.setup)(opts)
  end
  require('polecat.config').set(opts)
end

return M
