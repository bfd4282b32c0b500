--- `:PolecatStopAll`: asks once which polecats it is about, then stops them.
local ask = require('polecat.ask')
local backend = require('polecat.backend')
local notify = require('polecat.notify')
local report = require('polecat.report')
local where = require('polecat.where')

local M = {}

--- How many polecats the question names.
local NAMED = 8

---@param at polecat.At
---@param force boolean
local function stop(at, force)
  local args = { force = force, at = at }
  backend.call('session.stop_all', args, notify.or_error(report.stopped_all))
end

---@param sessions polecat.SessionInfo[]
---@return string
local function question(sessions)
  local names = vim.tbl_map(function(session)
    return session.polecat
  end, vim.list_slice(sessions, 1, NAMED))
  if #sessions > NAMED then
    names[#names + 1] = ('and %d more'):format(#sessions - NAMED)
  end
  local rig = sessions[1].rig_name
  return ('Stop %d of `%s` (%s)?'):format(#sessions, rig, table.concat(names, ', '))
end

--- Stops all polecats of the rig; `force` does not ask, and does not wait for them to end.
---@param force boolean
function M.run(force)
  local at, from = where.here(), ask.from()
  if force then
    return stop(at, true)
  end
  backend.call(
    'session.list',
    { at = at },
    notify.or_error(function(sessions)
      if #sessions == 0 then
        return notify.info('no polecat is running')
      end
      local opts = { prompt = question(sessions), yes = 'Stop', from = from }
      opts.again = ':PolecatStopAll'
      ask.confirm(opts, function(yes)
        if yes then
          stop(at, false)
        end
      end)
    end)
  )
end

return M
