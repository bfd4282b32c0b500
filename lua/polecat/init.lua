--- The public functions: `f(args..., cb)`, `cb(err, result)` on the main loop, in no case at once.
--- Each is one call of the backend, which checks the arguments. Each may be called in any event,
--- also as the first of all.
local M = {}

local UNSENDABLE = { 'function', 'userdata', 'thread' }

--- What is wrong with what cannot be sent, and so not be checked by the backend.
---@param args table<string, any>
---@param opts any
---@param cb any
---@return string?
local function problem(args, opts, cb)
  if cb ~= nil and type(cb) ~= 'function' then
    return ('`cb`: expected a function, got a %s'):format(type(cb))
  elseif type(opts) ~= 'table' then
    return ('`opts`: expected a table, got a %s'):format(type(opts))
  end
  for name, value in pairs(vim.tbl_extend('keep', args, opts)) do
    if type(name) ~= 'string' then
      return ('`%s`: a key must be a string'):format(tostring(name))
    elseif value ~= vim.NIL and vim.list_contains(UNSENDABLE, type(value)) then
      return ('`%s`: a %s cannot be sent'):format(name, type(value))
    end
  end
end

---@alias polecat.Send fun(method: string, args: table<string, any>, callback: polecat.Callback)

---@type polecat.Send
local function send(method, args, callback)
  require('polecat.rpc.client').call(method, args, callback)
end

--- Makes the call `method` with `args` and, where they do not name it, what `opts` has.
---@param method string
---@param args table<string, any>
---@param opts any May be left out: `f(name, cb)`.
---@param cb any Without it an error is told to the user.
---@param how? polecat.Send
local function call(method, args, opts, cb, how)
  if vim.in_fast_event() then
    return vim.schedule(function()
      call(method, args, opts, cb, how)
    end)
  end
  if type(opts) == 'function' and cb == nil then
    opts, cb = nil, opts
  end
  opts = opts == nil and {} or opts
  local wrong = problem(args, opts, cb)
  local callback = type(cb) == 'function' and cb or require('polecat.editor.notify').or_error()
  if not wrong then
    return (how or send)(method, vim.tbl_extend('force', opts, args), callback)
  end
  vim.schedule(function()
    local message = ('bad arguments to `%s`: %s'):format(method, wrong)
    callback({ code = 'bad_argument', message = message })
  end)
end

--- With what relative paths begin at.
---@type polecat.Send
local function with_cwd(method, args, callback)
  args.cwd = vim.fn.getcwd()
  send(method, args, callback)
end

--- With what the editor has open, and where it stands.
---@type polecat.Send
local function with_editor(method, args, callback)
  send(method, vim.tbl_extend('force', args, require('polecat.editor.state').read()), callback)
end

--- Opens the window that the call is answered with.
---@type polecat.Send
local function open(method, args, callback)
  local at, from = require('polecat.editor.context').here(), require('polecat.ui.ask').from()
  send(method, args, function(err, effects)
    if err then
      return callback(err)
    end
    local context = { at = at, split = {}, from = from, done = callback }
    require('polecat.ui.effects').apply(effects, context)
  end)
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
  call('session.start', { polecat = name }, opts, cb, with_cwd)
end

--- Stops a polecat's session; with `force`, without sync and grace.
---@param name string
---@param opts? { force?: boolean }
---@param cb? polecat.Callback
function M.stop(name, opts, cb)
  call('session.stop', { polecat = name }, opts, cb)
end

--- Stops all polecats of the rig. The result is `{ stopped = names }`.
---@param opts? { force?: boolean }
---@param cb? polecat.Callback
function M.stop_all(opts, cb)
  call('session.stop_all', {}, opts, cb)
end

--- Whether a polecat has a session.
---@param name string
---@param cb? polecat.Callback
function M.is_running(name, cb)
  call('session.is_running', { polecat = name }, nil, cb)
end

--- The SessionInfo of a polecat.
---@param name string
---@param cb? polecat.Callback
function M.status(name, cb)
  call('session.status', { polecat = name }, nil, cb)
end

--- The SessionInfo of every polecat that has a session.
---@param cb? polecat.Callback
function M.list(cb)
  call('session.list', {}, nil, cb)
end

--- The last lines that a polecat printed, as one string.
---@param name string
---@param opts? { lines?: integer, ansi?: boolean }
---@param cb? polecat.Callback
function M.capture(name, opts, cb)
  call('session.capture', { polecat = name }, opts, cb)
end

--- The same for any tmux session.
---@param session string
---@param opts? { lines?: integer, ansi?: boolean }
---@param cb? polecat.Callback
function M.capture_session(session, opts, cb)
  call('session.capture_session', { session = session }, opts, cb)
end

--- Sends `text` to a polecat's agent, as one paste and one submit, where it can take one; with
--- `take`, what stands in its composer is taken out first.
---@param name string
---@param text string
---@param opts? { take?: boolean }
---@param cb? polecat.Callback
function M.inject(name, text, opts, cb)
  call('session.inject', { polecat = name, text = text }, opts, cb)
end

--- Creates a polecat: worktree and branch. The result is `{ polecat, workdir, branch }`.
---@param name? string Without one it gets the next free one of the rig's name pool.
---@param opts? { issue?: string }
---@param cb? polecat.Callback
function M.new(name, opts, cb)
  call('polecat.new', { polecat = name }, opts, cb)
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
  call('session.sling', { issue = issue }, opts, cb, with_cwd)
end

--- Removes a polecat. Refused while something would be lost; with `force` that is kept in a backup
--- first. The result is `{ polecat, dir, branches, kept, backup?, commit?, stashes }`.
---@param name string
---@param opts? { force?: boolean, in_use?: 'ignore' }
---@param cb? polecat.Callback
function M.remove(name, opts, cb)
  call('polecat.remove', { polecat = name }, opts, cb, with_editor)
end

--- Brings back what the last backup of a removed polecat has. The result is
--- `{ polecat, workdir, branch?, formerly?, backup }`.
---@param name string
---@param opts? { in_use?: 'ignore' }
---@param cb? polecat.Callback
function M.restore(name, opts, cb)
  call('polecat.restore', { polecat = name }, opts, cb)
end

--- Attaches to a polecat's session: a terminal split, or the tmux client that Neovim runs in.
---@param name string
---@param cb? polecat.Callback
function M.attach(name, cb)
  call('open.attach', { polecat = name }, nil, cb, open)
end

--- Opens the status window: of all polecats, or of one in detail.
---@param name? string
function M.open_status(name)
  call('open.status', { polecat = name }, nil, nil, open)
end

--- Opens a capture of a polecat in a split.
---@param name string
---@param opts? { lines?: integer, snapshot?: boolean }
function M.open_capture(name, opts)
  call('open.capture', { polecat = name }, opts, nil, open)
end

--- Opens what a polecat changed in a split.
---@param name string
---@param opts? { since?: 'review' }
function M.open_diff(name, opts)
  call('open.diff', { polecat = name }, opts, nil, open)
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
