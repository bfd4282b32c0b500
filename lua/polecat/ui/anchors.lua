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

---@param id string
---@return string
local function group_of(id)
  return id:match('^[^#]*') --[[@as string]]
end

--- The first row of a group and the row after its last one, from 0.
---@param buf integer
---@param group string
---@return integer? first
---@return integer behind
local function rows_of(buf, group)
  local first, behind = nil, 0
  for _, range in ipairs(marks.ranges(buf)) do
    if group_of(range[3]) == group then
      first, behind = first or range[1], range[1] + range[2]
    end
  end
  return first, behind
end

--- Where the cursor of `win` is; nil where that stands for nothing.
---@param view polecat.View
---@param win integer
---@return polecat.Anchor?
local function anchor_of(view, win)
  local at = sight(win)
  local id = marks.id(view.buf, at.lnum - 1)
  if not id then
    return nil
  end
  local group = group_of(id)
  return {
    id = id,
    group = group,
    text = vim.fn.getbufline(view.buf, at.lnum)[1],
    offset = at.lnum - 1 - (rows_of(view.buf, group) or 0),
    below = at.lnum - at.topline,
  }
end

--- Where it is now, from 0.
---@param buf integer
---@param anchor polecat.Anchor
---@return integer?
local function find(buf, anchor)
  local row = marks.row_of(buf, anchor.id)
  local first, behind = rows_of(buf, anchor.group)
  if row or not first then
    return row
  end
  local nearest, least = math.min(first + anchor.offset, behind - 1), math.huge
  for offset, line in ipairs(vim.api.nvim_buf_get_lines(buf, first, behind, false)) do
    local away = math.abs(offset - 1 - anchor.offset)
    if line == anchor.text and away < least then
      nearest, least = first + offset - 1, away
    end
  end
  return nearest
end

--- Puts the cursor of `win` back, unless it has stayed on its line.
---@param view polecat.View
---@param win integer
---@param anchor polecat.Anchor
local function restore(view, win, anchor)
  local now = anchor_of(view, win)
  if now and now.group == anchor.group and now.text == anchor.text then
    return
  end
  local row = find(view.buf, anchor)
  if row then
    vim.api.nvim_win_call(win, function()
      vim.fn.winrestview({ lnum = row + 1, topline = math.max(row + 1 - anchor.below, 1) })
    end)
  end
end

--- Before a frame is drawn; it may be one of several.
---@param view polecat.View
function M.hold(view)
  if view.anchors or #marks.ranges(view.buf) == 0 then
    return
  end
  view.anchors = {}
  for _, win in ipairs(vim.fn.win_findbuf(view.buf)) do
    view.anchors[win] = anchor_of(view, win)
  end
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
