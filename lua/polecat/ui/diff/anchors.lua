--- What a diff keeps over a refresh: where each window's cursor is.
local index = require('polecat.ui.diff.hunks')

local M = {}

---@class polecat.HeldSpot
---@field spot polecat.Spot
---@field text string Of the line.
---@field below integer How many rows below the window's top it is.

---@param win integer
---@return table
local function sight(win)
  return vim.api.nvim_win_call(win, vim.fn.winsaveview)
end

---@param view polecat.View
---@return table<integer, polecat.HeldSpot>
local function hold(view)
  local held = {}
  for _, win in ipairs(view.changes and vim.fn.win_findbuf(view.buf) or {}) do
    local at = sight(win)
    local spot = index.spot(view.buf, view.changes, at.lnum - 1)
    local text = vim.api.nvim_buf_get_lines(view.buf, at.lnum - 1, at.lnum, false)[1]
    held[win] = spot and { spot = spot, text = text, below = at.lnum - at.topline } or nil
  end
  return held
end

--- Puts the cursor of `win` back on what it was on, unless it is still there.
---@param view polecat.View
---@param win integer
---@param held polecat.HeldSpot
local function restore(view, win, held)
  local at = sight(win)
  local line = vim.api.nvim_buf_get_lines(view.buf, at.lnum - 1, at.lnum, false)[1]
  local now = index.spot(view.buf, view.changes, at.lnum - 1)
  local same = now
    and now.file.path == held.spot.file.path
    and now.file.stage == held.spot.file.stage
  if same and line == held.text then
    return
  end
  local row = index.row_of(view.buf, view.changes, held.spot, held.text)
  if row and row + 1 ~= at.lnum then
    vim.api.nvim_win_call(win, function()
      vim.fn.winrestview({ lnum = row + 1, topline = math.max(row + 1 - held.below, 1) })
    end)
  end
end

--- Before a frame is drawn.
---@param view polecat.View
function M.before(view)
  view.held = view.held or hold(view)
end

--- After a frame was drawn.
---@param view polecat.View
---@param frame { changes?: polecat.Changes, whole?: boolean }
function M.after(view, frame)
  view.changes = frame.changes or view.changes
  if not frame.whole then
    return
  end
  require('polecat.ui.review').draw(view)
  local held = view.held or {}
  view.held = nil
  for win, spot in pairs(held) do
    if vim.api.nvim_win_is_valid(win) and vim.api.nvim_win_get_buf(win) == view.buf then
      restore(view, win, spot)
    end
  end
end

return M
