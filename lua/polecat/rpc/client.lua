--- The backend: started when it is first needed, and again when it has died; greeted, configured and
--- asked.
local autocmd = require('polecat.editor.autocmd')
local backoff = require('polecat.rpc.backoff')
local calls = require('polecat.rpc.calls')
local config = require('polecat.config')
local notify = require('polecat.editor.notify')
local process = require('polecat.rpc.process')
local sessions = require('polecat.editor.sessions')

local M = {}

--- What this plugin speaks. The backend refuses any other.
M.PROTOCOL = require('polecat.release').protocol

--- A backend that does not answer `hello` within this time is stuck, in ms.
local HELLO_TIMEOUT = 10000

---@class polecat.Greeting What the running backend said of itself.
---@field protocol integer
---@field version string
---@field pid integer

---@class polecat.Watcher Who keeps views through the backend's deaths.
---@field ready fun() The backend is there (again).
---@field lost fun(why: string, again: boolean) It is not; `again`: it may be started anew.

---@type polecat.Process?
local current
---@type polecat.Greeting?
local greeting
--- The call by which it is greeted, and what helps where it refuses that: then it is of another
--- version, and refuses all other calls too.
---@type integer?, string?
local hello_id, remedy
--- The configuration that the running backend has.
---@type polecat.Config?
local sent
--- The rig that the user pinned: it stays pinned when the backend is started anew.
---@type string?
local pinned
local start_planned = false
--- Neovim is about to end; nothing is started or told any more.
local leaving = false
---@type polecat.Watcher?
local watcher

--- There is no backend any more.
---@param err polecat.Error
---@param why string
---@param again boolean Whether it may be started anew.
local function lose(err, why, again)
  current, greeting = nil, nil
  calls.fail(err)
  if watcher then
    watcher.lost(why, again)
  end
end

--- Gives up the running backend; its exit will be no news.
---@param child polecat.Process
---@param err polecat.Error
local function give_up(child, err)
  process.stop(child)
  lose(err, err.message, false)
end

---@param child polecat.Process
---@param code integer
---@param tail string
local function on_exit(child, code, tail)
  if leaving or child ~= current then
    return
  end
  local err =
    { code = 'internal', message = process.last_words(code, tail), hint = 'see `:PolecatLog`' }
  local known, pause = backoff.note(vim.uv.now() - child.started, err.message)
  if not known then
    notify.error(err)
  end
  local again = pause and (', next start in %g s'):format(pause / 1000) or ''
  err.told = not known
  lose(err, 'the backend ' .. process.how(code) .. again, true)
  if #sessions.known() > 0 then
    -- Its rigs are to be watched on.
    M.ensure()
  end
end

--- Ends a backend that never answers.
---@param child polecat.Process
local function expect_answer(child)
  vim.defer_fn(function()
    if child == current and not greeting then
      vim.fn.jobstop(child.channel)
      give_up(child, {
        code = 'timeout',
        message = ('the backend did not answer within %d s'):format(HELLO_TIMEOUT / 1000),
        hint = '`:PolecatLog` may say why',
      })
    end
  end, HELLO_TIMEOUT)
end

--- The arguments of the first call.
---@param configuration polecat.Config
---@return table
function M.hello(configuration)
  return {
    protocol = M.PROTOCOL,
    config = configuration,
    nvim = {
      tmux = vim.env.TMUX,
      data = vim.fn.stdpath('data') .. '/polecat',
      state = vim.fn.stdpath('state'),
      groups = vim.g.polecat_groups,
    },
    pin = pinned,
    known = sessions.known(),
  }
end

---@param child polecat.Process
local function greet(child)
  sent, remedy = config.current(), nil
  hello_id = calls.remember(function(err, result)
    if child ~= current then
      return
    elseif err then
      return give_up(child, err)
    end
    greeting = result
    if watcher then
      watcher.ready()
    end
  end)
  calls.send(child, hello_id, 'hello', M.hello(sent))
  expect_answer(child)
end

--- At the first start, not when this file is loaded: what a user never uses leaves no trace.
local function prepare()
  -- So that it is known who has the focus when there is something to tell.
  require('polecat.editor.focus').watch()
  autocmd.on('polecat_backend', 'VimLeavePre', 'End the backend of polecat.nvim', function()
    leaving = true
    if current then
      process.stop(current)
    end
  end)
end

local function start()
  prepare()
  local argv, err = require('polecat.rpc.binary').find()
  if argv then
    current, err =
      process.start(vim.list_extend(argv, require('polecat.rpc.log').options()), on_exit)
  end
  if not current then
    local failed = err --[[@as polecat.Error]]
    return lose(failed, failed.message, false)
  end
  greet(current)
  -- It takes calls in their order: none has to wait until it has greeted back.
  calls.send_queued(current)
end

--- Starts the backend unless it runs, not before its pause is over.
function M.ensure()
  if current or start_planned then
    return
  end
  local pause = backoff.pause_left()
  if pause <= 0 then
    return start()
  end
  start_planned = true
  vim.defer_fn(function()
    start_planned = false
    start()
  end, pause)
end

--- Sends a configuration that has changed since. The backend refuses all calls while it is wrong.
---@param child polecat.Process
local function keep_configured(child)
  local now = config.current()
  if now ~= sent then
    sent = now
    calls.send(child, calls.remember(notify.or_error()), 'configure', { config = now })
  end
end

--- Asks the backend; never waits. `callback` is called once, on the main loop.
---@param method string
---@param args table<string, any> Without `at`, the call is made from the current buffer.
---@param callback polecat.Callback
function M.call(method, args, callback)
  if leaving then
    return
  end
  args.at = args.at or require('polecat.editor.context').here()
  if current then
    keep_configured(current)
    return calls.send(current, calls.remember(callback), method, args)
  end
  calls.queue(method, args, callback)
  M.ensure()
end

--- Sends the configuration if it is another by now.
function M.configure()
  if current then
    keep_configured(current)
  end
end

---@return polecat.Greeting?
function M.greeting()
  return greeting
end

--- Has the next backend too use only the rig at `path`, or again that of each place.
---@param path? string
function M.pin(path)
  pinned = path
end

---@param new polecat.Watcher
function M.watch(new)
  watcher = new
end

--- Called by the backend with the answer to the call `id`.
---@param id integer
---@param ok boolean A flag, not a nil: nil arrives from RPC as `vim.NIL`, which is true.
---@param value any The result, or why there is none.
function M.answer(id, ok, value)
  if value == vim.NIL then
    value = nil
  end
  if ok then
    return calls.finish(id, nil, value)
  end
  local err = value or { code = 'internal', message = 'the backend gave no reason' }
  if id == hello_id and current then
    remedy = require('polecat.rpc.binary').remedy(current.program)
  end
  err.hint = remedy or err.hint
  calls.finish(id, err)
end

return M
