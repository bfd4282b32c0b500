--- Where cursors are while a buffer is redrawn: on what they were on, or at the end they follow.
local M = {}

--- A selection grows with its cursor, so a window in visual mode follows nothing.
---@param win integer
---@return boolean
local function selects(win)
  local mode = vim.api.nvim_get_mode().mode
  return win == vim.api.nvim_get_current_win() and mode:find('^[vV\22]') ~= nil
end

--- The windows whose cursor's line has become the last one because those below it went: nobody
--- has put it there to follow. With that line.
---@type table<integer, integer>
local stranded = {}

--- The windows of all tab pages whose cursor is on the last line of `buf`.
---@param buf integer
---@return integer[]
function M.at_end(buf)
  local last = vim.api.nvim_buf_line_count(buf)
  return vim.tbl_filter(function(win)
    local row = vim.api.nvim_win_get_cursor(win)[1]
    return row == last and row ~= stranded[win] and not selects(win)
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

--- Puts the cursor of `win` on `row` (0-based), with that row's line at the window's bottom.
---@param win integer
---@param row integer
local function to_bottom(win, row)
  local height = vim.fn.getwininfo(win)[1].height
  vim.api.nvim_win_call(win, function()
    -- Without a top line of ours, a jump of more than a screen would centre the cursor's line.
    vim.fn.winrestview({ lnum = row + 1, topline = math.max(row + 2 - height, 1) })
  end)
end

--- Keeps the end of `buf` in view in `wins`.
---@param buf integer
---@param wins integer[]
function M.follow(buf, wins)
  local row = vim.api.nvim_buf_line_count(buf) - 1
  for _, win in ipairs(wins) do
    if vim.api.nvim_win_get_cursor(win)[1] ~= row + 1 then
      to_bottom(win, row)
    end
  end
  strand(buf, wins)
end

--- The lines of the selection, which ends, or of the cursor, from 1.
---@return integer first
---@return integer last
function M.rows()
  local first, last = vim.fn.line('.'), vim.fn.line('.')
  if vim.api.nvim_get_mode().mode:find('^[vV\22]') then
    local other = vim.fn.line('v')
    first, last = math.min(first, other), math.max(last, other)
    vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'n', false)
  end
  return first, last
end

--- What each window's cursor stands on, by the row's key.
---@param buf integer
---@param keys string[]
---@return table<integer, string>
function M.keys(buf, keys)
  local held = {}
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    held[win] = keys[vim.api.nvim_win_get_cursor(win)[1]]
  end
  return held
end

---@param keys string[]
---@param wanted string
---@return integer? row 1-based
function M.row_of(keys, wanted)
  for row, key in ipairs(keys) do
    if key == wanted then
      return row
    end
  end
end

--- Puts the cursor of `win` on the first row that stands for something.
---@param win integer
---@param keys string[]
function M.to_first(win, keys)
  for row, key in ipairs(keys) do
    if key ~= '' then
      return vim.api.nvim_win_set_cursor(win, { row, 0 })
    end
  end
end

--- Puts each cursor on the row that now has its key, if any has.
---@param buf integer
---@param keys string[]
---@param held table<integer, string>
function M.restore(buf, keys, held)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local key = held[win] or ''
    local row = key ~= '' and M.row_of(keys, key)
    local cursor = vim.api.nvim_win_get_cursor(win)
    if row and row ~= cursor[1] then
      vim.api.nvim_win_set_cursor(win, { row, cursor[2] })
    end
  end
end

return M
