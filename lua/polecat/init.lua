--- The public functions: `f(args..., cb)`, `cb(err, result)` on the main loop, in no case at once.
--- Each may be called in any event, also as the first of all.
local M = {}

--- Calls `act(args, callback)` with checked arguments. An error takes the same road as one of the
--- backend's: to `cb`, or where there is none to the user.
---@param operation string
---@param texts table<string, any>
---@param opts any
---@param cb any
---@param act fun(args: table, callback: polecat.Callback)
local function run(operation, texts, opts, cb, act)
  if vim.in_fast_event() then
    return vim.schedule(function()
      run(operation, texts, opts, cb, act)
    end)
  end
  local callback = type(cb) == 'function' and cb or require('polecat.editor.notify').or_error()
  local args, err = require('polecat.arguments').read(operation, texts, opts, cb)
  if args then
    return act(args, callback)
  end
  vim.schedule(function()
    callback(err)
  end)
end

--- Like `run`, for what is one call of the backend.
---@param operation string
---@param method string
---@param texts table<string, any>
---@param opts any
---@param cb any
local function ask(operation, method, texts, opts, cb)
  opts, cb = require('polecat.arguments').shift(opts, cb)
  run(operation, texts, opts, cb, function(args, callback)
    require('polecat.rpc.client').call(method, args, callback)
  end)
end

--- Nil is no string: `start()` must say that the name is missing.
---@param value any
---@return any
local function given(value)
  return value == nil and vim.NIL or value
end

---@class polecat.StartOpts
---@field issue? string
---@field agent? string
---@field account? string
---@field workdir? string
---@field config_dir? string
---@field cmd? string
---@field new? boolean Create the polecat when it does not exist.
---@field trust? 'once'|'always' Allows what an error `untrusted` was about, |polecat-trust|.
---@field trust_id? string Its `untrusted.id`.
---@field in_use? 'ignore' Go on though other processes work in its worktree.

--- Starts the agent of a polecat. The result is its SessionInfo, with `warnings`.
---@param name string
---@param opts? polecat.StartOpts
---@param cb? polecat.Callback
function M.start(name, opts, cb)
  ask('start', 'session.start', { polecat = given(name) }, opts, cb)
end

--- Stops a polecat's session; with `force`, without sync and grace.
---@param name string
---@param opts? { force?: boolean }
---@param cb? polecat.Callback
function M.stop(name, opts, cb)
  ask('stop', 'session.stop', { polecat = given(name) }, opts, cb)
end

--- Stops all polecats of the rig. The result is `{ stopped = names }`.
---@param opts? { force?: boolean }
---@param cb? polecat.Callback
function M.stop_all(opts, cb)
  ask('stop_all', 'session.stop_all', {}, opts, cb)
end

--- Whether a polecat has a session.
---@param name string
---@param cb? polecat.Callback
function M.is_running(name, cb)
  ask('is_running', 'session.is_running', { polecat = given(name) }, nil, cb)
end

--- The SessionInfo of a polecat.
---@param name string
---@param cb? polecat.Callback
function M.status(name, cb)
  ask('status', 'session.status', { polecat = given(name) }, nil, cb)
end

--- The SessionInfo of every polecat that has a session.
---@param cb? polecat.Callback
function M.list(cb)
  ask('list', 'session.list', {}, nil, cb)
end

--- The last lines that a polecat printed, as one string.
---@param name string
---@param opts? { lines?: integer, ansi?: boolean }
---@param cb? polecat.Callback
function M.capture(name, opts, cb)
  ask('capture', 'session.capture', { polecat = given(name) }, opts, cb)
end

--- The same for any tmux session.
---@param session string
---@param opts? { lines?: integer, ansi?: boolean }
---@param cb? polecat.Callback
function M.capture_session(session, opts, cb)
  ask('capture_session', 'session.capture_session', { session = given(session) }, opts, cb)
end

--- Sends `text` to a polecat's agent, as one paste and one submit, where it can take one; with
--- `take`, what stands in its composer is taken out first.
---@param name string
---@param text string
---@param opts? { take?: boolean }
---@param cb? polecat.Callback
function M.inject(name, text, opts, cb)
  ask('inject', 'session.inject', { polecat = given(name), text = given(text) }, opts, cb)
end

--- Creates a polecat: worktree and branch. The result is `{ polecat, workdir, branch }`.
---@param name? string Without one it gets the next free one of the rig's name pool.
---@param opts? { issue?: string }
---@param cb? polecat.Callback
function M.new(name, opts, cb)
  ask('new', 'polecat.new', { polecat = name }, opts, cb)
end

---@class polecat.SlingOpts
---@field polecat? string Without one the first free polecat, else a new one, gets the issue.
---@field agent? string
---@field account? string
---@field config_dir? string
---@field cmd? string
---@field trust? 'once'|'always' As of |polecat.start()|.
---@field trust_id? string
---@field in_use? 'ignore' As in `polecat.StartOpts`.

--- Gives an issue to a polecat in one step: worktree, branch, hook, session and first words, or
--- nothing of it. The result is its SessionInfo, with `warnings`.
---@param issue string
---@param opts? polecat.SlingOpts
---@param cb? polecat.Callback
function M.sling(issue, opts, cb)
  ask('sling', 'session.sling', { issue = given(issue) }, opts, cb)
end

--- Removes a polecat. Refused while something would be lost; with `force` that is kept in a backup
--- first. The result is `{ polecat, dir, branches, kept, backup?, commit?, stashes }`.
---@param name string
---@param opts? { force?: boolean, in_use?: 'ignore' }
---@param cb? polecat.Callback
function M.remove(name, opts, cb)
  opts, cb = require('polecat.arguments').shift(opts, cb)
  run('remove', { polecat = given(name) }, opts, cb, function(args, callback)
    local editor = require('polecat.editor.state').read()
    args = vim.tbl_extend('force', editor, args)
    require('polecat.rpc.client').call('polecat.remove', args, callback)
  end)
end

--- Brings back what the last backup of a removed polecat has. The result is
--- `{ polecat, workdir, branch?, formerly?, backup }`.
---@param name string
---@param opts? { in_use?: 'ignore' }
---@param cb? polecat.Callback
function M.restore(name, opts, cb)
  ask('restore', 'polecat.restore', { polecat = given(name) }, opts, cb)
end

--- Attaches to a polecat's session: a terminal split, or the tmux client that Neovim runs in.
---@param name string
---@param cb? polecat.Callback
function M.attach(name, cb)
  run('attach', { polecat = given(name) }, nil, cb, function(args, callback)
    local from, at = require('polecat.ui.ask').from(), require('polecat.editor.context').here()
    require('polecat.rpc.client').call('session.attach', args, function(err, plan)
      if err then
        return callback(err)
      end
      local again = (':PolecatAttach %s'):format(args.polecat)
      local terminal = { polecat = args.polecat, plan = plan, again = again }
      local context = { at = at, split = {}, from = from }
      require('polecat.ui.terminal').open(terminal, context, callback)
    end)
  end)
end

--- Opens the status window: of all polecats, or of one in detail.
---@param name? string
function M.open_status(name)
  run('open_status', { polecat = name }, nil, nil, function(args)
    require('polecat.command').run('Status', { args = args.polecat or '' })
  end)
end

--- Opens a capture of a polecat in a split.
---@param name string
---@param opts? { lines?: integer, snapshot?: boolean }
function M.open_capture(name, opts)
  run('open_capture', { polecat = given(name) }, opts, nil, function(args)
    local words = { args.polecat, args.lines and tostring(args.lines) }
    local typed = { args = table.concat(words, ' '), bang = args.snapshot }
    require('polecat.command').run('Capture', typed)
  end)
end

--- Opens what a polecat changed in a split.
---@param name string
---@param opts? { since?: 'review' }
function M.open_diff(name, opts)
  run('open_diff', { polecat = given(name) }, opts, nil, function(args)
    local since = args.since and ' since=' .. args.since or ''
    require('polecat.command').run('Diff', { args = args.polecat .. since })
  end)
end

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
    return vim.schedule(function()
      M.setup(opts)
    end)
  end
  require('polecat.config').set(opts)
end

return M
