--- A preview beside a list: what the polecat under the cursor prints.
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.windows.buffer')
local float = require('polecat.ui.windows.float')
local rows = require('polecat.ui.views.rows')
local view = require('polecat.ui.views.view')
local window = require('polecat.ui.windows.window')

local M = {}

local NAME = 'polecat://preview'
local GROUP = 'polecat_preview'
--- The rows of a preview, with room for it or not.
local MOST, LEAST = 20, 5

---@class polecat.Peek
---@field list integer The buffer of the list.
---@field win integer Its own window.
---@field buf integer
---@field polecat? string

---@type polecat.Peek?
local open

--- Below the list where that floats, else beside it.
---@param list integer Its window.
---@return table
local function place(list)
  local config = vim.api.nvim_win_get_config(list) --[[@as table]]
  if config.relative == 'editor' then
    local below = config.row + config.height + 2
    local room = vim.o.lines - vim.o.cmdheight - below - 2
    local row = room < LEAST and math.max(vim.o.lines - vim.o.cmdheight - LEAST - 2, 0) or below
    return {
      relative = 'editor',
      row = row,
      col = config.col,
      width = config.width,
      height = math.max(math.min(room, MOST), LEAST),
      zindex = 55,
    }
  end
  local position = vim.fn.win_screenpos(list)
  local width = vim.api.nvim_win_get_width(list)
  local left, right = position[2] - 2, vim.o.columns - position[2] - width
  local beside = math.max(left, right)
  return {
    relative = 'editor',
    row = math.max(position[1] - 1, 0),
    col = right >= left and position[2] + width
      or math.max(left - math.min(beside - 2, 100) - 1, 0),
    width = math.max(math.min(beside - 2, 100), 10),
    height = math.max(math.min(vim.o.lines - 6, MOST), LEAST),
    zindex = 55,
  }
end

local function close()
  local closed = open
  open = nil
  autocmd.off(GROUP)
  if closed then
    if vim.api.nvim_win_is_valid(closed.win) then
      window.close(closed.win)
    end
    if vim.api.nvim_buf_is_valid(closed.buf) then
      vim.api.nvim_buf_delete(closed.buf, { force = true })
    end
  end
end

--- The polecat under the cursor of the list; nil where a rig stands.
---@param list integer Its window.
---@return string?
local function polecat_at(list)
  local row = vim.api.nvim_win_get_cursor(list)[1] - 1
  local _, group = rows.id(vim.api.nvim_win_get_buf(list), row)
  return group and not vim.endswith(group, '/') and group or nil
end

--- Shows who is under the cursor, in a place that fits the list as it is now.
local function follow()
  local list = open and window.showing(open.list)
  if not open or not list or not vim.api.nvim_win_is_valid(open.win) then
    return close()
  end
  vim.api.nvim_win_set_config(open.win, place(list))
  local polecat = polecat_at(list)
  if not polecat or polecat == open.polecat then
    return
  end
  open.polecat = polecat
  local spec = { kind = 'status', title = polecat, polecat = polecat, lines = MOST }
  spec.width = vim.api.nvim_win_get_width(open.win)
  vim.b[open.buf].polecat_at = vim.b[open.list].polecat_at
  view.open(open.buf, spec, require('polecat.editor.notify').or_error())
end

--- Once for a burst of moves.
local planned = false
local function plan()
  if planned then
    return
  end
  planned = true
  vim.schedule(function()
    planned = false
    follow()
  end)
end

--- Opens a preview for the list `buf`, or closes the one that is open.
---@param buf integer
function M.toggle(buf)
  local again = open and open.list == buf
  close()
  local list = window.showing(buf)
  if again or not list then
    return
  end
  local own = buffer.get(NAME)
  buffer.prepare(own, 'wipe')
  vim.bo[own].filetype = 'polecat-preview'
  local frame = { style = 'minimal', border = float.border(), focusable = false }
  local win = vim.api.nvim_open_win(own, false, vim.tbl_extend('error', frame, place(list)))
  vim.wo[win].wrap = false
  open = { list = buf, win = win, buf = own }
  local desc = 'Preview who is under the cursor'
  autocmd.on(GROUP, { 'CursorMoved', 'WinResized', 'VimResized', 'WinClosed' }, desc, plan)
  follow()
end

return M
