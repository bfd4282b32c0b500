--- Keeps cursors on what they are on while a view that has marks is drawn anew: on the row with the
--- same id, else on the nearest line of the same group that says the same.
local marks = require('polecat.ui.marks')

local M = {}

---@class polecat.Anchor
---@field id string
---@field group string
---@field text string Of the line.
---@field offset integer How many rows below the first one of its group.
---@field below integer How many rows below the window's top.

---@param win integer
---@return vim.fn.winsaveview.ret
local function sight(win)
  return vim.api.nvim_win_call(win, vim.fn.winsaveview)
end

---@param id? string
---@return string?
local function group_of(id)
  return id and id:match('^[^#]*')
end

--- The first row of a group and the row after its last one, from 0.
---@param buf integer
---@param group string
---@return integer? first
---@return integer last
local function rows_of(buf, group)
  local first, last
  for _, range in ipairs(marks.ranges(buf)) do
    if group_of(range[3]) == group then
      first, last = first or range[1], range[1] + range[2]
    end
  end
  return first, last
end

---@param buf integer
---@param lnum integer
---@return string
local function line_of(buf, lnum)
  return vim.api.nvim_buf_get_lines(buf, lnum - 1, lnum, false)[1]
end

--- Where the cursors of all windows are.
---@param view polecat.View
---@return table<integer, polecat.Anchor>
local function anchors(view)
  local found = {}
  for _, win in ipairs(#marks.ranges(view.buf) > 0 and vim.fn.win_findbuf(view.buf) or {}) do
    local at = sight(win)
    local id = marks.id(view.buf, at.lnum - 1)
    if id then
      local group = assert(group_of(id))
      found[win] = {
        id = id,
        group = group,
        text = line_of(view.buf, at.lnum),
        offset = at.lnum - 1 - rows_of(view.buf, group),
        below = at.lnum - at.topline,
      }
    end
  end
  return found
end

--- Where it is now, from 0.
---@param view polecat.View
---@param anchor polecat.Anchor
---@return integer?
local function find(view, anchor)
  local first, last = rows_of(view.buf, anchor.group)
  local row = marks.row_of(view.buf, anchor.id)
  if row or not first then
    return row
  end
  local nearest = math.min(anchor.offset, last - first - 1)
  local least = math.huge
  for offset, line in ipairs(vim.api.nvim_buf_get_lines(view.buf, first, last, false)) do
    local away = math.abs(offset - 1 - anchor.offset)
    if line == anchor.text and away < least then
      nearest, least = offset - 1, away
    end
  end
  return first + nearest
end

---@param view polecat.View
---@param win integer
---@param anchor polecat.Anchor
local function restore(view, win, anchor)
  local at = sight(win)
  local group = group_of(marks.id(view.buf, at.lnum - 1))
  if group == anchor.group and line_of(view.buf, at.lnum) == anchor.text then
    return
  end
  local row = find(view, anchor)
  if row and row + 1 ~= at.lnum then
    vim.api.nvim_win_call(win, function()
      vim.fn.winrestview({ lnum = row + 1, topline = math.max(row + 1 - anchor.below, 1) })
    end)
  end
end

--- Before a frame is drawn; it may be one of several.
---@param view polecat.View
function M.hold(view)
  view.anchors = view.anchors or anchors(view)
end

--- After the last frame was drawn.
---@param view polecat.View
function M.restore(view)
  local held = view.anchors or {}
  view.anchors = nil
  for win, anchor in pairs(held) do
    if vim.api.nvim_win_is_valid(win) and vim.api.nvim_win_get_buf(win) == view.buf then
      restore(view, win, anchor)
    end
  end
end

return M
