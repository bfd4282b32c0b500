--- Windows that we open: splits where the user asked for them, and floats that fit the screen.
local notify = require('polecat.notify')

local M = {}

---@param win integer
---@return boolean
local function floats(win)
  return vim.api.nvim_win_get_config(win).relative ~= ''
end

--- Goes from a floating window, which cannot be split, to one that can; closes one of ours.
local function leave_float()
  local win = vim.api.nvim_get_current_win()
  if not floats(win) then
    return
  end
  if vim.w[win].polecat_float then
    vim.api.nvim_win_close(win, true)
  end
  local previous = vim.fn.win_getid(vim.fn.winnr('#'))
  for _, other in ipairs({ previous, unpack(vim.api.nvim_tabpage_list_wins(0)) }) do
    if other ~= 0 and not floats(other) then
      return vim.api.nvim_set_current_win(other)
    end
  end
end

--- The window of this tab page that shows `buf`.
---@param buf integer
---@return integer?
function M.showing(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.api.nvim_win_get_tabpage(win) == vim.api.nvim_get_current_tabpage() then
      return win
    end
  end
end

--- Whether the command said where it wants its window.
---@param split polecat.Split
---@return boolean
function M.says_where(split)
  local mods = split.mods
  if not mods then
    return false
  end
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
---@return integer
local function new_split(buf, split)
  leave_float()
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

--- Shows `buf` in a split and goes there; to its window, if it has one and the command did not
--- say where it wants the new one. Notifies why it could not.
---@param buf integer
---@param split polecat.Split
---@return integer? win
function M.split(buf, split)
  if vim.fn.getcmdwintype() ~= '' then
    return notify.error('close the command-line window first')
  end
  local win = not M.says_where(split) and M.showing(buf)
  if win then
    vim.api.nvim_set_current_win(win)
    return win
  end
  local ok, result = pcall(new_split, buf, split)
  if not ok then
    return notify.error(tostring(result))
  end
  return result
end

--- Sets options for `buf` in `win` only: another buffer that comes into the window has its own.
---@param win integer
---@param options table<string, any>
function M.set_options(win, options)
  for name, value in pairs(options) do
    vim.wo[win][0][name] = value
  end
end

--- Keeps other buffers out of a window that we opened, while it shows `buf`: the last window of
--- all outlives its buffer, and must then take another.
---@param win integer
---@param buf integer
function M.fix_buffer(win, buf)
  M.set_options(win, { winfixbuf = true })
  vim.api.nvim_create_autocmd('BufWinLeave', {
    group = vim.api.nvim_create_augroup('polecat_window_' .. win, {}),
    buffer = buf,
    desc = 'Let other buffers into a window of polecat.nvim',
    callback = function()
      if vim.api.nvim_win_is_valid(win) then
        vim.wo[win].winfixbuf = false
      end
    end,
  })
end

--- The place of a float on the screen as it is now.
---@return table
local function centered()
  local lines = vim.o.lines - vim.o.cmdheight
  local width = math.min(vim.o.columns - 4, math.max(80, math.floor(vim.o.columns * 0.8)))
  local height = math.min(lines - 4, math.max(12, math.floor(lines * 0.7)))
  width, height = math.max(width, 1), math.max(height, 1)
  return {
    relative = 'editor',
    width = width,
    height = height,
    row = math.max(math.floor((lines - height - 2) / 2), 0),
    col = math.max(math.floor((vim.o.columns - width - 2) / 2), 0),
  }
end

--- The user's border for floats, where Neovim knows one.
---@return string?
local function border()
  local own = vim.fn.exists('&winborder') == 1 and vim.o.winborder or ''
  return own == '' and 'rounded' or nil
end

--- Shows `buf` in a float in the middle of the screen, which follows the screen's size.
---@param buf integer
---@param title string
---@return integer win
function M.float(buf, title)
  local frame = { style = 'minimal', border = border(), title = ' ' .. title .. ' ' }
  frame = vim.tbl_extend('error', frame, { title_pos = 'center' })
  frame.footer, frame.footer_pos = ' g? lists the keys ', 'right'
  local win = vim.api.nvim_open_win(buf, true, vim.tbl_extend('error', centered(), frame))
  vim.w[win].polecat_float = true
  vim.api.nvim_create_autocmd('VimResized', {
    buffer = buf,
    desc = 'Fit a float of polecat.nvim to the screen',
    callback = function()
      if not vim.api.nvim_win_is_valid(win) then
        return true
      end
      vim.api.nvim_win_set_config(win, centered())
    end,
  })
  return win
end

--- Shows `buf` in a small float of this size, in the middle of the screen.
---@param buf integer
---@param title string
---@param width integer
---@param height integer
---@return integer win
function M.popup(buf, title, width, height)
  return vim.api.nvim_open_win(buf, true, {
    relative = 'editor',
    style = 'minimal',
    border = border(),
    title = ' ' .. title .. ' ',
    width = math.min(width, math.max(vim.o.columns - 2, 1)),
    height = math.min(height, math.max(vim.o.lines - 4, 1)),
    row = math.max(math.floor((vim.o.lines - height) / 2) - 1, 0),
    col = math.max(math.floor((vim.o.columns - width) / 2), 0),
    -- Above the status window, from which it is mostly asked for.
    zindex = 60,
  })
end

--- Puts `title` over every float that shows `buf`.
---@param buf integer
---@param title string
function M.retitle(buf, title)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.w[win].polecat_float then
      vim.api.nvim_win_set_config(win, { title = ' ' .. title .. ' ', title_pos = 'center' })
    end
  end
end

--- How many columns of text `win` has.
---@param win integer
---@return integer
local function text_width(win)
  local info = vim.fn.getwininfo(win)[1]
  return info and math.max(info.width - info.textoff, 1) or 1
end

--- The columns of the narrowest window of this tab page that shows `buf`; nil when none does.
---@param buf integer
---@return integer?
function M.width(buf)
  local narrowest
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.api.nvim_win_get_tabpage(win) == vim.api.nvim_get_current_tabpage() then
      narrowest = math.min(narrowest or math.huge, text_width(win))
    end
  end
  return narrowest
end

--- How wide the text of a float will be.
---@return integer
function M.float_width()
  return centered().width
end

--- Closes `win`; the last window of all shows an empty buffer instead.
---@param win integer
function M.close(win)
  if not pcall(vim.api.nvim_win_close, win, false) then
    vim.wo[win].winfixbuf = false
    vim.api.nvim_win_set_buf(win, vim.api.nvim_create_buf(true, false))
  end
end

return M
