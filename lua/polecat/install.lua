--- Brings the backend that belongs to this plugin: that of its release, else one built here.
local binary = require('polecat.rpc.binary')
local build = require('polecat.install.build')
local config = require('polecat.config')
local notify = require('polecat.editor.notify')
local progress = require('polecat.editor.progress')
local release = require('polecat.install.release')
local task = require('polecat.install.task')

local M = {}

--- Nothing takes as long, and what is told to stop has ended by then, in ms.
local TIMEOUT, STOP_TIMEOUT = 60 * 60 * 1000, 5000
--- Under which it is shown; the backend's calls count from 1.
local CALL_ID = 0
--- How long lazy.nvim's own work waits at a step of ours, in ms.
local TURN_DELAY = 5

---@class polecat.InstallResult
---@field path string The program.
---@field how 'downloaded'|'built'|'present'|'fetched'

---@class polecat.Install One that is going on.
---@field said? string The step that it is at, unless that has been shown.
---@field over boolean
---@field err? polecat.Error
---@field result? polecat.InstallResult

---@class polecat.InstallRunOpts
---@field url? string Where the release lies, instead of `install.url`.
---@field target? string Another system, for which hosts are given the backend.
---@field wait? boolean Whether to come back only when it is there; without a screen that is so.

--- Like `pcall()`, with an error of ours for any other.
---@return boolean ok
---@return any
local function try(...)
  local ok, value = pcall(...)
  if not ok and type(value) ~= 'table' then
    value = { code = 'internal', message = tostring(value) }
  end
  return ok, value
end

---@async
---@param opts polecat.InstallRunOpts
---@param step fun(text: string)
---@return polecat.InstallResult
local function bring(opts, step)
  local url = opts.url or config.get('install', 'url')
  if opts.target then
    return release.fetch(release.current(), url, opts.target, step)
  end
  local ok, result, before = false, nil, ''
  local builds = build.is_possible()
  -- What was built is used before what is installed, so it must not grow old.
  if not (builds and vim.uv.fs_stat(binary.built())) then
    ok, result = try(release.install, release.current(), url, step)
    builds = builds and not ok and result.code ~= 'wrong_sum'
    before = builds and result.message .. '\n' or ''
  end
  if builds then
    ok, result = try(build.run, step)
  end
  if not ok then
    result.message = before .. result.message
    result.hint = '`:help polecat-install` lists other ways'
    error(result)
  end
  return result
end

--- What is to be known of a success.
---@param result polecat.InstallResult
---@return string
local function summary(result)
  if result.how == 'fetched' then
    return ('the backend for hosts is downloaded: `%s`'):format(result.path)
  end
  local done = { downloaded = 'is installed', built = 'is built', present = 'is already installed' }
  local text = ('the backend %s: `%s`'):format(done[result.how], result.path)
  local used = (binary.find() or {})[1]
  if used and used ~= result.path then
    return ('%s; but `%s` takes precedence'):format(text, used)
  end
  local client = package.loaded['polecat.rpc.client']
  return client and client.greeting() and text .. '; restart Neovim to use it' or text
end

--- Begins, shows each step by `show`, and tells `finished` how it went.
---@param opts polecat.InstallRunOpts
---@param show fun(text: string)
---@param finished fun(err?: polecat.Error, result?: polecat.InstallResult)
local function begin(opts, show, finished)
  local over = false
  local step = vim.schedule_wrap(function(text)
    if not over then
      show(text)
    end
  end)
  coroutine.wrap(function()
    local ok, value = try(bring, opts, step)
    over = true
    vim.schedule(function()
      finished(not ok and value or nil, ok and value or nil)
    end)
  end)()
end

--- Lets lazy.nvim go on with its work until `work` is over; it shows what is yielded.
---@param work polecat.Install
---@return boolean
local function yield(work)
  while not work.over do
    local message = { msg = work.said, level = vim.log.levels.TRACE }
    work.said = nil
    ---@diagnostic disable-next-line: await-in-sync
    if coroutine.yield(message.msg and message) == 'abort' then
      return false
    end
    vim.uv.sleep(TURN_DELAY)
  end
  return true
end

--- As `begin()`, but comes back when it is over. A failure is an error. Steps would fill the screen of
--- a Neovim that is still starting.
---@param opts polecat.InstallRunOpts
local function finish(opts)
  local work = { over = false } ---@type polecat.Install
  begin(opts, function(text)
    work.said = text
  end, function(err, result)
    work.over, work.err, work.result = true, err, result
  end)
  local function is_over()
    return work.over
  end
  local for_lazy = package.loaded.lazy and coroutine.running()
  local is_done = for_lazy and yield(work) or not for_lazy and vim.wait(TIMEOUT, is_over, 20)
  if not is_done then
    task.stop()
    vim.wait(STOP_TIMEOUT, is_over, 20)
  end
  if not work.result then
    local err = work.err or { message = 'the install did not finish', hint = 'it was stopped' }
    error(('polecat.nvim: %s (%s)'):format(err.message, err.hint), 0)
  elseif not for_lazy then
    notify.notice({ text = summary(work.result) })
  end
end

--- Installs the backend unless it is there, and tells how that went; with `callback` it only calls
--- that.
---@param opts? polecat.InstallRunOpts
---@param callback? fun(err?: polecat.Error, result?: polecat.InstallResult)
function M.run(opts, callback)
  opts = opts or {}
  local has_screen = #vim.api.nvim_list_uis() > 0
  if not callback and (opts.wait or not has_screen) then
    return finish(opts)
  end
  local tell = notify.or_error(function(result)
    notify.notice({ text = summary(result) })
  end)
  begin(opts, function(text)
    progress.show({ id = CALL_ID, polecat = 'polecat.nvim', text = text })
  end, function(err, result)
    progress.done(CALL_ID, not err);
    (callback or tell)(err, result)
  end)
end

return M
