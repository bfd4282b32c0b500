--- `:PolecatList`: choose a session, then what to do with it.
local ask = require('polecat.ask')
local backend = require('polecat.backend')
local notify = require('polecat.notify')
local where = require('polecat.where')

local M = {}

---@class polecat.Action
---@field label string
---@field act fun(polecat: string, at: polecat.At)

--- Opens what the module `name` opens.
---@param name string
---@param extra? table<string, any>
---@return fun(polecat: string, at: polecat.At)
local function open(name, extra)
  return function(polecat, at)
    local spec = vim.tbl_extend('error', { polecat = polecat, at = at }, extra or {})
    require('polecat.' .. name).open(spec, {})
  end
end

---@param force boolean
---@return fun(polecat: string, at: polecat.At)
local function stop(force)
  return function(polecat, at)
    local args = { polecat = polecat, force = force, at = at }
    backend.call(
      'session.stop',
      args,
      notify.or_error(function()
        notify.info(('stopped `%s`'):format(polecat))
      end)
    )
  end
end

---@type polecat.Action[]
local ACTIONS = {
  { label = 'Follow what it prints', act = open('capture') },
  { label = 'Take a snapshot of what it printed', act = open('capture', { snapshot = true }) },
  { label = 'Attach: use its session in a terminal', act = open('attach') },
  { label = 'Inject: write a message to it', act = open('compose') },
  { label = 'Show it in detail', act = open('status') },
  { label = 'Show what it changed', act = open('diff') },
  { label = 'Stop it', act = stop(false) },
  { label = 'Stop it by force', act = stop(true) },
}

--- `ash  working  shop-1  claude`
---@param session polecat.SessionInfo
---@return string
function M.format(session)
  local parts = { session.polecat, session.state }
  for _, key in ipairs({ 'issue', 'agent' }) do
    parts[#parts + 1] = session[key]
  end
  return table.concat(parts, '  ')
end

--- Asks what to do with a session, and does it.
---@param session polecat.SessionInfo
---@param at polecat.At
function M.choose_action(session, at)
  ask.select(ACTIONS, {
    prompt = session.polecat,
    format_item = function(action)
      return action.label
    end,
  }, function(action)
    if action then
      action.act(session.polecat, at)
    end
  end)
end

--- Asks which session, then what.
function M.open()
  local at, from = where.here(), ask.from()
  backend.call(
    'session.list',
    { at = at },
    notify.or_error(function(sessions)
      if #sessions == 0 then
        return notify.info('no polecat is running')
      end
      local opts = { prompt = 'Which polecat?', kind = 'polecat', format_item = M.format }
      opts.from, opts.again = from, ':PolecatList'
      ask.select(sessions, opts, function(session)
        if session then
          M.choose_action(session, at)
        end
      end)
    end)
  )
end

return M
