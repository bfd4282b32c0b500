--- The status window: all polecats of the rig, or one in detail, in a float.
local buffer = require('polecat.ui.buffer')
local float = require('polecat.ui.float')
local keys = require('polecat.ui.keymaps')
local panel = require('polecat.ui.panel')
local reveal = require('polecat.ui.defer')
local view = require('polecat.ui.view')
local where = require('polecat.editor.context')
local window = require('polecat.ui.window')

local M = {}

local NAME = 'polecat://status'

--- Makes `buf` the status of a rig, or of one polecat in it, and keeps it so.
---@param buf integer
---@param spec { polecat?: string, at: polecat.At }
---@param callback fun(err?: polecat.Error)
function M.fill(buf, spec, callback)
  buffer.prepare(buf, 'wipe')
  where.keep(buf, spec.at)
  vim.b[buf].polecat = spec.polecat
  local title = spec.polecat or 'polecats'
  local asked = { kind = 'status', title = title, polecat = spec.polecat }
  asked.width = float.width()
  -- First, so that the backend is at work while the buffer is made ready.
  view.open(buf, asked, callback)
  keys.set(buf, spec.polecat and 'detail' or 'rows')
  vim.bo[buf].filetype = 'polecat-status'
end

---@param buf integer
---@param title string
local function show(buf, title)
  if not vim.api.nvim_buf_is_valid(buf) then
    return
  end
  local win = window.showing(buf)
  if win then
    return vim.api.nvim_set_current_win(win)
  end
  win = float.open(buf, title)
  window.set_options(win, { cursorline = true, wrap = false })
  panel.keep(win)
  view.place_cursor(win, buf)
end

--- Opens the status window.
---@param spec { polecat?: string, at?: polecat.At }
function M.open(spec)
  spec.at = spec.at or where.here()
  local buf = buffer.get(spec.polecat and (NAME .. '/' .. spec.polecat) or NAME)
  reveal.when_filled(buf, true, function(done)
    M.fill(buf, spec, done)
  end, function()
    show(buf, spec.polecat or 'polecats')
  end)
end

return M
