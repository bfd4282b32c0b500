--- The one owner of the backend: when its process runs, what it is asked and what it tells.
local binary = require('polecat.rpc.binary')
local calls = require('polecat.rpc.pending')
local config = require('polecat.config')
local deaths = require('polecat.rpc.backoff')
local notify = require('polecat.editor.notify')
local process = require('polecat.rpc.process')

local M = {}

--- What this plugin speaks. The backend refuses any other.
M.PROTOCOL = 6

--- A backend that does not greet back within this time is stuck, in ms.
local GREETING_LIMIT = 10000
---@type polecat.Process?
local current
--- True from the greeting's answer on: calls go out at once.
local ready = false
--- Calls that wait for the greeting.
---@type { id: integer, method: string, args: table }[]
local queue = {}
--- The configuration that the running backend has.
---@type polecat.Config?
local sent
--- What the running backend said of itself.
---@type { protocol: integer, version: string, pid: integer }?
local greeting
local start_planned = false
--- The rig that the user pinned: it stays pinned when the backend is started anew.
---@type string?
local pinned
--- Neovim is about to end; nothing is started or told any more.
local leaving = false

--- What wants to know of the backend's coming and going.
---@class polecat.Watcher
---@field ready fun() The backend is there (again).
---@field lost fun(why: string, again: boolean) It is not; `again`: it may be started anew.

---@type polecat.Watcher[]
local watchers = {}

---@param err polecat.Error
local function fail_all(err)
  queue = {}
  calls.fail_all(err)
end

---@param why string
---@param again boolean
local function tell_lost(why, again)
  for _, watcher in ipairs(watchers) do
    watcher.lost(why, again)
  end
end

---@param id integer
---@param method string
---@param args table
local function send(id, method, args)
  local ok, why = process.send(current, id, method, args)
  if not ok then
    calls.finish(id, { code = 'internal', message = ('`%s` was not sent: %s'):format(method, why) })
  end
end

--- Gives up the running backend; its exit will be no news.
---@param err polecat.Error
local function give_up(err)
  process.stop(current)
  current, ready, greeting = nil, false, nil
  fail_all(err)
  tell_lost(err.message, false)
end

local function open_for_calls()
  ready = true
  for _, watcher in ipairs(watchers) do
    watcher.ready()
  end
  local waiting = queue
  queue = {}
  for _, call in ipairs(waiting) do
    send(call.id, call.method, call.args)
  end
end

---@param result any
---@return polecat.Error?
local function mismatch(result)
  local theirs = type(result) == 'table' and result.protocol or 'none'
  if theirs == M.PROTOCOL then
    return nil
  end
  return {
    code = 'internal',
    message = ('the plugin speaks protocol %d, its backend %s'):format(M.PROTOCOL, theirs),
    hint = ('rebuild the backend: run `make build` in `%s`'):format(binary.root()),
  }
end

--- Ends a backend that never answers its greeting.
---@param child polecat.Process
local function watch_greeting(child)
  vim.defer_fn(function()
    if child == current and not greeting then
      vim.fn.jobstop(child.channel)
      give_up({
        code = 'timeout',
        message = ('the backend did not answer within %d s'):format(GREETING_LIMIT / 1000),
        hint = '`:PolecatLog` may say why',
      })
    end
  end, GREETING_LIMIT)
end

---@param child polecat.Process
local function greet(child)
  local id = calls.remember(function(err, result)
    if child ~= current then
      return
    end
    err = err or mismatch(result)
    if err then
      return give_up(err)
    end
    greeting = result
    open_for_calls()
  end)
  sent = config.current()
  local nvim = vim.empty_dict()
  nvim.tmux = vim.env.TMUX
  nvim.data = vim.fs.joinpath(vim.fn.stdpath('data'), 'polecat')
  nvim.state = vim.fn.stdpath('state')
  local hello = { protocol = M.PROTOCOL, config = sent.values, nvim = nvim, pin = pinned }
  send(id, 'hello', hello)
  watch_greeting(child)
end

---@param child polecat.Process
---@param code integer
---@param tail string[]
local function on_exit(child, code, tail)
  if child.unwanted or child ~= current then
    return
  end
  current, ready, greeting = nil, false, nil
  local err =
    { code = 'internal', message = process.obituary(code, tail), hint = 'see `:PolecatLog`' }
  local known, pause = deaths.note(vim.uv.now() - child.started, err.message)
  if not known then
    notify.error(err)
  end
  fail_all(vim.tbl_extend('error', err, { told = not known }))
  local again = pause and (', next start in %g s'):format(pause / 1000) or ''
  tell_lost('the backend ' .. process.how(code) .. again, true)
end

---@return string[]
local function options()
  local level = config.current().values.log_level or 'info'
  return { '--log-file', require('polecat.rpc.log').path(), '--log-level', level }
end

local function start()
  local argv, err = binary.find()
  if argv then
    -- So that it is known who has the focus when there is something to tell.
    require('polecat.editor.focus').watch()
    current, err = process.start(vim.list_extend(argv, options()), on_exit)
  end
  if err then
    fail_all(err)
    return tell_lost(err.message, false)
  end
  greet(current)
end

--- Starts the backend unless it runs, not before its pause is over.
function M.ensure()
  if current or start_planned then
    return
  end
  local pause = deaths.pause_left()
  if pause <= 0 then
    return start()
  end
  start_planned = true
  vim.defer_fn(function()
    start_planned = false
    start()
  end, pause)
end

--- Sends a configuration that has changed since; the backend takes it before the next call, which
--- it refuses where it cannot take it.
local function keep_configured()
  if ready and config.current() ~= sent then
    sent = config.current()
    send(calls.remember(notify.or_error()), 'configure', { config = sent.values })
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
  local err = config.error()
  if err then
    return vim.schedule(function()
      callback(err)
    end)
  end
  keep_configured()
  args.at = args.at or require('polecat.editor.context').here()
  local id = calls.remember(callback)
  if ready then
    return send(id, method, args)
  end
  queue[#queue + 1] = { id = id, method = method, args = args }
  M.ensure()
end

--- What the running backend said of itself, if there is one.
---@return { protocol: integer, version: string, pid: integer }?
function M.greeting()
  return greeting
end

--- Has the next backend too use only the rig at `path`, or again that of each place.
---@param path? string
function M.pin(path)
  pinned = path
end

---@param watcher polecat.Watcher
function M.watch(watcher)
  watchers[#watchers + 1] = watcher
end

--- Called by the backend with the answer to the call `id`.
---@param id integer
---@param ok boolean A flag, not a nil: nil arrives from RPC as `vim.NIL`, which is true.
---@param value any The result, or why there is none.
function M.answer(id, ok, value)
  if value == vim.NIL then
    value = nil
  end
  local progress = package.loaded['polecat.editor.progress']
  if progress then
    progress.done(id, ok)
  end
  if ok then
    calls.finish(id, nil, value)
  else
    calls.finish(id, value or { code = 'internal', message = 'the backend gave no reason' })
  end
end

--- Called by the backend when something happened.
---@param name string
---@param data any
function M.event(name, data)
  require('polecat.rpc.dispatch').take(name, data)
end

vim.api.nvim_create_autocmd('VimLeavePre', {
  group = vim.api.nvim_create_augroup('polecat_backend', {}),
  desc = 'End the backend of polecat.nvim',
  callback = function()
    leaving = true
    if current then
      process.stop(current)
    end
  end,
})

return M
