--- A preview beside a list: what the polecat under the cursor prints.
local autocmd = require('polecat.editor.autocmd')
local buffer = require('polecat.ui.windows.buffer')
local frame = require('polecat.ui.windows.frame')
local rows = require('polecat.ui.views.rows')
local view = require('polecat.ui.views.view')
local window = require('polecat.ui.windows.window')

local M = {}

local NAME = 'polecat://preview'
local GROUP = 'polecat_preview'
--- The rows of a preview, with room for it or not.
local LINES_LIMIT, LINES_MIN = 20, 5

---@class polecat.Peek
---@field list integer The buffer of the list.
---@field win integer Its own window.
---@field buf integer
---@field polecat? string

---@type polecat.Peek?
local open

--- Its place below a list that floats, or at the bottom where there is no room.
---@param list table How its window is configured.
---@return table
local function below(list)
  local lines = vim.o.lines - vim.o.cmdheight - 2
  local row = list.row + list.height + 2
  local room = lines - row
  return {
    row = room < LINES_MIN and math.max(lines - LINES_MIN, 0) or row,
    col = list.col,
    width = list.width,
    height = math.max(math.min(room, LINES_LIMIT), LINES_MIN),
  }
end

--- The same beside a list, on the side where there is more room.
---@param list integer Its window.
---@return table
local function beside(list)
  local row, col = unpack(vim.fn.win_screenpos(list))
  local right_of = col + vim.api.nvim_win_get_width(list)
  local left, right = col - 2, vim.o.columns - right_of
  local width = math.min(math.max(left, right) - 2, 100)
  return {
    row = math.max(row - 1, 0),
    col = right >= left and right_of or math.max(left - width - 1, 0),
    width = math.max(width, 10),
    height = math.max(math.min(vim.o.lines - 6, LINES_LIMIT), LINES_MIN),
  }
end

---@param list integer Its window.
---@return table
local function place(list)
  local config = vim.api.nvim_win_get_config(list) --[[@as table]]
  local own = config.relative == 'editor' and below(config) or beside(list)
  own.relative = 'editor'
  return own
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
  local spec = { kind = 'status', title = polecat, polecat = polecat, lines = LINES_LIMIT }
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
  local look = { style = 'minimal', border = frame.border(), focusable = false, zindex = 55 }
  local win = vim.api.nvim_open_win(own, false, vim.tbl_extend('error', look, place(list)))
  vim.wo[win].wrap = false
  open = { list = buf, win = win, buf = own }
  local desc = 'Preview who is under the cursor'
  autocmd.on(GROUP, { 'CursorMoved', 'WinResized', 'VimResized', 'WinClosed' }, desc, plan)
  follow()
end

return M
