--- `:checkhealth polecat`: our side, then what the backend says of its own.
local M = {}

--- It is synchronous, so it waits; but not for ever, in ms.
local ANSWER_TIMEOUT = 12000

---@class polecat.HealthRow
---@field section string
---@field level 'ok'|'info'|'warn'|'error'
---@field text string
---@field hint? string

local function check_neovim()
  vim.health.start('polecat.nvim')
  local current = vim.version --[[@as fun(): vim.Version]]
  local version = tostring(current())
  if vim.fn.has('nvim-0.10') == 1 then
    vim.health.ok('Neovim ' .. version)
  else
    vim.health.error(('Neovim %s; 0.10 or later is needed'):format(version))
  end
end

--- Which keys are set. What is wrong with them the backend says.
local function check_config()
  local values = require('polecat.config').current().values
  local set = type(values) == 'table' and vim.tbl_keys(values) or { 'not a table' }
  table.sort(set)
  vim.health.info('configuration: ' .. (set[1] and table.concat(set, ', ') or 'all defaults'))
end

local function check_log()
  local path = require('polecat.rpc.log').path()
  local stat = vim.uv.fs_stat(path)
  local size = stat and (' (%d KiB)'):format(math.ceil(stat.size / 1024)) or ' (not written yet)'
  vim.health.info('log: ' .. path .. size)
end

--- Asks the backend for its own report, and says which one answered.
---@return polecat.HealthRow[] rows
local function ask_backend()
  local backend = require('polecat.rpc.client')
  local err ---@type polecat.Error?
  local rows ---@type polecat.HealthRow[]?
  backend.call('health', {}, function(refused, found)
    err, rows = refused, found
  end)
  vim.wait(ANSWER_TIMEOUT, function()
    return err or rows
  end, 10)
  local greeting = backend.greeting()
  if greeting then
    local text = 'backend: version %s, protocol %d, process %d'
    vim.health.ok(text:format(greeting.version, greeting.protocol, greeting.pid))
  end
  if err then
    vim.health.error(err.message, err.hint --[[@as string]])
  elseif not rows then
    vim.health.error(('no answer within %d s'):format(ANSWER_TIMEOUT / 1000))
  end
  return rows or {}
end

--- Called by `:checkhealth polecat`.
function M.check()
  check_neovim()
  check_config()
  check_log()
  local argv, err = require('polecat.rpc.binary').find()
  if err then
    return vim.health.error(err.message, err.hint --[[@as string]])
  end
  vim.health.ok('backend: ' .. table.concat(argv or {}, ' '))
  local section
  for _, row in ipairs(ask_backend()) do
    if row.section ~= section then
      section = row.section
      vim.health.start('polecat.nvim: ' .. section)
    end
    vim.health[row.level](row.text, row.hint --[[@as string]])
  end
end

return M
