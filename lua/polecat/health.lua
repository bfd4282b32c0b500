--- `:checkhealth polecat`: our side, then what the backend says of its own.
local M = {}

--- It is synchronous, so it waits; but not for ever, in ms.
local GREETING_LIMIT, REPORT_LIMIT = 3000, 10000

---@param limit integer
---@param ask fun(done: polecat.Callback)
---@return polecat.Error? err
---@return any result
local function wait(limit, ask)
  local answered, err, result = false, nil, nil
  ask(function(...)
    answered, err, result = true, ...
  end)
  vim.wait(limit, function()
    return answered
  end, 10)
  if not answered then
    return { code = 'timeout', message = ('no answer within %d s'):format(limit / 1000) }
  end
  return err, result
end

---@param err polecat.Error
local function report_error(err)
  vim.health.error(err.message, err.hint and { err.hint } or nil)
end

local function check_neovim()
  vim.health.start('polecat.nvim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.10') == 1 then
    vim.health.ok('Neovim ' .. version)
  else
    vim.health.error(('Neovim %s; 0.10 or later is needed'):format(version))
  end
end

---@return boolean usable
local function check_config()
  local config = require('polecat.config').current()
  for _, problem in ipairs(config.problems) do
    vim.health.error('configuration: ' .. problem, { 'see |polecat-configuration|' })
  end
  if #config.problems == 0 then
    local set = vim.tbl_keys(config.values)
    table.sort(set)
    vim.health.ok('configuration: ' .. (set[1] and table.concat(set, ', ') or 'all defaults'))
  end
  local notified = require('polecat.config').current().values.notify or 'waiting,died,idle'
  vim.health.info('notified: ' .. (notified ~= '' and notified or 'nothing'))
  return #config.problems == 0
end

local function check_log()
  local path = require('polecat.rpc.log').path()
  local stat = vim.uv.fs_stat(path)
  local size = stat and (' (%d KiB)'):format(math.ceil(stat.size / 1024)) or ' (not written yet)'
  vim.health.info('log: ' .. path .. size)
end

---@return boolean found
local function check_binary()
  local argv, err = require('polecat.rpc.binary').find()
  if err then
    report_error(err)
  else
    vim.health.ok('backend: ' .. table.concat(argv, ' '))
  end
  return argv ~= nil
end

--- Asks the backend for its own report, and says which one answered.
---@return table[] rows
local function check_backend()
  local backend = require('polecat.rpc.client')
  local limit = backend.greeting() and REPORT_LIMIT or (GREETING_LIMIT + REPORT_LIMIT)
  local err, rows = wait(limit, function(done)
    backend.call('health', {}, done)
  end)
  local greeting = backend.greeting()
  if greeting then
    local text = 'backend: version %s, protocol %d, process %d'
    vim.health.ok(text:format(greeting.version, greeting.protocol, greeting.pid))
  end
  if err then
    report_error(err)
  end
  return rows or {}
end

---@type table<string, fun(text: string, hint?: string)>
local levels = {
  ok = vim.health.ok,
  info = vim.health.info,
  warn = function(text, hint)
    vim.health.warn(text, hint and { hint } or nil)
  end,
  error = function(text, hint)
    vim.health.error(text, hint and { hint } or nil)
  end,
}

---@param rows { section: string, level: string, text: string, hint?: string }[]
local function show(rows)
  local section
  for _, row in ipairs(rows) do
    if row.section ~= section then
      section = row.section
      vim.health.start('polecat.nvim: ' .. section)
    end
    local tell = levels[row.level] or vim.health.info
    tell(row.text, row.hint)
  end
end

--- Called by `:checkhealth polecat`.
function M.check()
  check_neovim()
  local usable = check_config()
  check_log()
  if not usable then
    vim.health.info('the backend is not asked while the configuration is invalid')
  elseif check_binary() then
    show(check_backend())
  end
end

return M
