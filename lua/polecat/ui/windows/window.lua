--- Windows that show our buffers: splits where the user asked for them, options, widths.
local autocmd = require('polecat.editor.autocmd')
local notify = require('polecat.editor.notify')

local M = {}

--- The option of a window that shows the title of its buffer.
M.TITLE = "winbar=\\ %{get(b:,'polecat_title','')}"

---@param win integer
---@return boolean
function M.floats(win)
  return vim.api.nvim_win_get_config(win).relative ~= ''
end

--- Whether `win` is a window for files.
---@param win integer
---@return boolean
function M.shows_file(win)
  local buf = vim.api.nvim_win_get_buf(win)
  return not M.floats(win) and (vim.bo[buf].buftype == '' or vim.b[buf].polecat_file ~= nil)
end

--- The float of ours that was opened since `split` was asked for, if the user is in one.
---@param split polecat.Split
---@return integer?
local function later_float(split)
  local win = vim.api.nvim_get_current_win()
  local is_later = split.from and split.from ~= win and vim.w[win].polecat_float
  return is_later and win or nil
end

--- Closes the float `win`, and those of ours from which it was opened, but not `kept`.
---@param win integer
---@param kept? integer
---@return integer? below The window from which the first of them was opened.
local function close_floats(win, kept)
  while vim.api.nvim_win_is_valid(win) and M.floats(win) do
    local from = vim.w[win].polecat_from
    if vim.w[win].polecat_float and win ~= kept then
      vim.api.nvim_win_close(win, true)
    end
    if not from then
      return nil
    end
    win = from
  end
  return win
end

--- Goes from a floating window, which cannot be split, to one that can; closes ours, but not
--- `kept`.
---@param kept? integer
local function leave_float(kept)
  local win = vim.api.nvim_get_current_win()
  if not M.floats(win) then
    return
  end
  local below = close_floats(win, kept)
  local previous = vim.fn.win_getid(vim.fn.winnr('#'))
  local wins = vim.api.nvim_tabpage_list_wins(0)
  for _, other in ipairs({ below or previous, unpack(wins) }) do
    if vim.list_contains(wins, other) and not M.floats(other) then
      return vim.api.nvim_set_current_win(other)
    end
  end
end

--- The windows of this tab page that show `buf`.
---@param buf integer
---@return integer[]
local function all_showing(buf)
  return vim.tbl_filter(function(win)
    return vim.api.nvim_win_get_buf(win) == buf
  end, vim.api.nvim_tabpage_list_wins(0))
end

--- A window of this tab page that shows `buf`, if one does.
---@param buf integer
---@return integer?
function M.showing(buf)
  return all_showing(buf)[1]
end

--- Whether the command said where it wants its window.
---@param split polecat.Split
---@return boolean
function M.has_modifiers(split)
  local mods = split.mods or {}
  local placed = mods.vertical or mods.horizontal or (mods.split or '') ~= ''
  return placed or (mods.tab or -1) >= 0
end

--- `split` with a height, where the command gave no size and did not ask for another shape.
---@param split polecat.Split
---@param height integer
---@return polecat.Split
function M.sized(split, height)
  local mods = split.mods or {}
  if (split.size or 0) > 0 or mods.vertical or (mods.tab or -1) >= 0 then
    return split
  end
  return { mods = split.mods, size = height }
end

---@param buf integer
---@param split polecat.Split
---@param kept? integer A float that stays.
---@return integer
local function new_split(buf, split, kept)
  leave_float(kept)
  local size = split.size and split.size > 0 and { split.size } or nil
  vim.cmd({ cmd = 'split', range = size, mods = split.mods })
  local win = vim.api.nvim_get_current_win()
  local ok, why = pcall(vim.api.nvim_win_set_buf, win, buf)
  if not ok then
    vim.api.nvim_win_close(win, true)
    error(why, 0)
  end
  return win
end

M.CLOSE_FIRST = 'close the command-line window first'

--- Whether a window can be opened now; tells why not.
---@return boolean
function M.can_open()
  if vim.fn.getcmdwintype() == '' then
    return true
  end
  notify.error(M.CLOSE_FIRST)
  return false
end

---@param buf integer
---@param split polecat.Split
---@return integer win
local function go_to(buf, split)
  local later = later_float(split)
  local win = not M.has_modifiers(split) and M.showing(buf) or new_split(buf, split, later)
  vim.api.nvim_set_current_win(later or win)
  return win
end

--- Shows `buf` in a split and goes there; to its window, if it has one and the command did not
--- say where it wants the new one. A float that was opened meanwhile stays in front. Notifies why
--- it could not.
---@param buf integer
---@param split polecat.Split
---@return integer? win
---@return string? why
function M.split(buf, split)
  if not M.can_open() then
    return nil, M.CLOSE_FIRST
  end
  local ok, result = pcall(go_to, buf, split)
  if ok then
    return result
  end
  -- Neovim's own words, without where they came from.
  local why = tostring(result):match('E%d+: .*') or tostring(result)
  notify.error(why)
  return nil, why
end

--- Shows `buf` at a side of the screen, as high as that is, and goes there.
---@param buf integer
---@param dock { side: 'left'|'right', width: integer }
---@return integer? win
function M.dock(buf, dock)
  local place = dock.side == 'left' and 'topleft' or 'botright'
  return (M.split(buf, { mods = { vertical = true, split = place }, size = dock.width }))
end

--- Sets options for the buffer that `win` shows: another one that comes into it has its own.
---@param win integer
---@param options string As `:setlocal` takes them.
function M.set_options(win, options)
  vim.api.nvim_win_call(win, function()
    vim.cmd('setlocal ' .. options)
  end)
end

--- Sets options in every window that comes to show `buf`.
---@param buf integer
---@param options string
function M.dress(buf, options)
  local desc = 'Set the options of a window that shows a buffer of polecat.nvim'
  autocmd.on('polecat_window', 'BufWinEnter', desc, function()
    M.set_options(0, options)
  end, buf)
end

--- How many columns of text `win` has.
---@param win integer
---@return integer
local function text_width(win)
  local info = vim.fn.getwininfo(win)[1]
  return info and math.max(info.width - info.textoff, 1) or 1
end

--- The columns of the narrowest window of this tab page that shows `buf`, or of the widest; nil when
--- none does.
---@param buf integer
---@param widest? boolean
---@return integer?
function M.width(buf, widest)
  local widths = vim.tbl_map(text_width, all_showing(buf))
  table.sort(widths)
  return widths[widest and #widths or 1]
end

--- Closes `win`; the last window of all shows an empty buffer instead.
---@param win integer
function M.close(win)
  if not pcall(vim.api.nvim_win_close, win, false) then
    vim.wo[win].winfixbuf = false
    -- Not even that while the command-line window is open.
    pcall(vim.api.nvim_win_set_buf, win, vim.api.nvim_create_buf(true, false))
  end
end

return M
