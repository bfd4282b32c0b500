--- The component `polecat` of lualine.nvim: how many polecats wait, died, work. Loaded by it alone.
---@diagnostic disable-next-line: unresolved-require
local M = require('lualine.component'):extend()

--- The colour of who needs a person; without one, lualine's own.
---@return string?
local function urgent()
  local counts = require('polecat.editor.sessions').counts()
  return (counts.waiting and 'PolecatWaiting') or (counts.died and 'PolecatDied') or nil
end

--- Called by lualine for each place that shows it.
---@param options table What the user said of the component.
function M:init(options)
  options.color = options.color or urgent
  M.super.init(self, options)
end

--- Called by lualine whenever the status line is drawn: reads what is known, never waits.
---@return string
function M.update_status()
  return require('polecat').statusline()
end

return M
