--- Where cursors are while a buffer is drawn anew: on what they were on, or at the end they follow.
local rows = require('polecat.ui.views.rows')

local M = {}

---@class polecat.Anchor
---@field id string
---@field group string
---@field heading? string The group of what it stands under.
---@field text string Of the line.
---@field offset integer How many rows below the first one of its group.
---@field below integer How many rows below the window's top.

---@return boolean
local function is_visual()
  return vim.api.nvim_get_mode().mode:find('^[vV\22]') ~= nil
end

--- The windows whose cursor's line has become the last one because those below it went: nobody
--- has put it there to follow. With that line.
---@type table<integer, integer>
local stranded = {}

--- The windows of all tab pages whose cursor is on the last line of `buf`. A selection grows with
--- its cursor, so a window in visual mode follows nothing.
---@param buf integer
---@return integer[]
function M.at_end(buf)
  local last = vim.api.nvim_buf_line_count(buf)
  local selecting = is_visual() and vim.api.nvim_get_current_win()
  return vim.tbl_filter(function(win)
    local row = vim.api.nvim_win_get_cursor(win)[1]
    return row == last and row ~= stranded[win] and win ~= selecting
  end, vim.fn.win_findbuf(buf))
end

--- Remembers which windows are at the end without following it.
---@param buf integer
---@param wins integer[] Those that follow.
local function strand(buf, wins)
  local last = vim.api.nvim_buf_line_count(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local there = vim.api.nvim_win_get_cursor(win)[1] == last and not vim.tbl_contains(wins, win)
    stranded[win] = there and last or nil
  end
  for win in pairs(stranded) do
    stranded[win] = vim.api.nvim_win_is_valid(win) and stranded[win] or nil
  end
end

--- Puts the cursor of `win` on `row`, from 0, which is `below` rows below the window's top. Without
--- a top line of ours, a jump of more than a screen would centre the cursor's line. What fits is
--- shown whole.
---@param win integer
---@param row integer
---@param below integer
local function put(win, row, below)
  vim.api.nvim_win_call(win, function()
    local fits = vim.fn.line('$') <= vim.api.nvim_win_get_height(win)
    vim.fn.winrestview({ lnum = row + 1, topline = fits and 1 or math.max(row + 1 - below, 1) })
  end)
end

--- Keeps the end of `buf` in view in `wins`.
---@param buf integer
---@param wins integer[]
function M.follow(buf, wins)
  local last = vim.api.nvim_buf_line_count(buf)
  for _, win in ipairs(wins) do
    if vim.api.nvim_win_get_cursor(win)[1] ~= last then
      put(win, last - 1, vim.fn.getwininfo(win)[1].height - 1)
    end
  end
  strand(buf, wins)
end

--- What the row of the cursor stands for; of a selection, which ends, the first and the last row
--- that stands for something.
---@param buf integer
---@return string? id
---@return string? last_id
function M.selected(buf)
  local first = vim.fn.line('.')
  if not is_visual() then
    return (rows.id(buf, first - 1))
  end
  local last = vim.fn.line('v')
  first, last = math.min(first, last), math.max(first, last)
  vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'n', false)
  while first < last and not rows.id(buf, first - 1) do
    first = first + 1
  end
  while first < last and not rows.id(buf, last - 1) do
    last = last - 1
  end
  return (rows.id(buf, first - 1)), (rows.id(buf, last - 1))
end

--- Where the cursor of `win` is; nil where that stands for nothing.
---@param buf integer
---@param win integer
---@return polecat.Anchor?
local function anchor_of(buf, win)
  local at = vim.api.nvim_win_call(win, vim.fn.winsaveview) --[[@as { lnum: integer, topline: integer }]]
  local id, group = rows.id(buf, at.lnum - 1)
  if id and group then
    return {
      id = id,
      group = group,
      heading = rows.heading(buf, at.lnum - 1),
      text = vim.fn.getbufline(buf, at.lnum)[1],
      offset = at.lnum - 1 - (rows.rows_of(buf, group) or 0),
      below = at.lnum - at.topline,
    }
  end
end

--- What stood under cursors that are on a heading only because it is folded or filtered away: they
--- go back to it, unless they are moved. By window.
---@type table<integer, polecat.Anchor>
local hidden = {}

--- Where the cursor of `win` belongs.
---@param buf integer
---@param win integer
---@return polecat.Anchor?
local function belongs(buf, win)
  local now, before = anchor_of(buf, win), hidden[win]
  return now and before and now.group == before.heading and before or now
end

--- Where it is now, from 0: the row with the same id, else the nearest line of the same group that
--- says the same; of a row that is gone, what it stood under, so that no key means another one.
---@param buf integer
---@param anchor polecat.Anchor
---@return integer?
---@return boolean? gone
local function find(buf, anchor)
  local row = anchor.id ~= anchor.group and rows.row_of(buf, anchor.id)
  local first, behind = rows.rows_of(buf, anchor.group)
  if row or not first then
    local above = not row and anchor.heading and rows.rows_of(buf, anchor.heading) or nil
    return row or above, above ~= nil
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
---@param buf integer
---@param win integer
---@param anchor polecat.Anchor
local function restore(buf, win, anchor)
  local now = anchor_of(buf, win)
  if now and now.group == anchor.group and now.text == anchor.text then
    hidden[win] = nil
    return
  end
  local row, gone = find(buf, anchor)
  hidden[win] = gone and anchor or nil
  if row and not (gone and now and now.group == anchor.heading) then
    put(win, row, anchor.below)
  end
end

--- Puts the cursors of windows that have come to show a view where they are of use: at the end of
--- what is followed, else on the first row that stands for something.
---@param view polecat.View
---@param wins integer[]
function M.place(view, wins)
  if view.spec.kind == 'capture' then
    -- With those that follow it already, which would not be known to any more.
    return M.follow(view.buf, vim.list_extend(M.at_end(view.buf), wins))
  elseif view.spec.kind == 'status' then
    local row = rows.first(view.buf) or 0
    for _, win in ipairs(wins) do
      put(win, row, row)
    end
  end
end

--- Before a frame is drawn; it may be one of several.
---@param view polecat.View
function M.hold(view)
  if view.anchors or not rows.any(view.buf) then
    return
  end
  view.anchors = {}
  for _, win in ipairs(vim.fn.win_findbuf(view.buf)) do
    view.anchors[win] = belongs(view.buf, win)
  end
end

--- After the last frame was drawn.
---@param view polecat.View
function M.restore(view)
  local held = view.anchors or {}
  view.anchors = nil
  for win, anchor in pairs(held) do
    if vim.api.nvim_win_is_valid(win) and vim.api.nvim_win_get_buf(win) == view.buf then
      restore(view.buf, win, anchor)
    end
  end
end

return M
