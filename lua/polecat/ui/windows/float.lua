--- Floating windows, which fit the screen.
local autocmd = require('polecat.editor.autocmd')

local M = {}

--- The place of a float on the screen as it is now; one that shows a list is no taller than that.
---@param win? integer
---@return table
local function centered(win)
  local lines = vim.o.lines - vim.o.cmdheight
  local width = math.min(vim.o.columns - 4, math.max(80, math.floor(vim.o.columns * 0.8)))
  local height = math.min(lines - 4, math.max(12, math.floor(lines * 0.7)))
  local most = math.max(height, 1)
  local fits = win and vim.w[win].polecat_fits and vim.api.nvim_win_text_height(win, {}).all
  return {
    relative = 'editor',
    width = math.max(width, 1),
    height = fits and math.min(math.max(fits, 1), most) or most,
    -- Its first line stays where it is while rows come and go.
    row = math.max(math.floor((lines - height - 2) / 2), 0),
    col = math.max(math.floor((vim.o.columns - width - 2) / 2), 0),
  }
end

--- The user's border for floats, where Neovim knows one.
---@return string?
function M.border()
  local own = vim.fn.exists('&winborder') == 1 and vim.o.winborder or ''
  return own == '' and 'rounded' or nil
end

--- A text in the frame of a float. On the frame's own ground: many colour schemes, Neovim's too, give
--- a title none, and it would stand on that of the editor.
---@param text string
---@param group string
---@return table
local function framed(text, group)
  return { text, { 'FloatBorder', group } }
end

--- A name that nobody has checked yet may hold a line break, which no title may.
---@param title string|polecat.Chunks
---@return table[]
local function titled(title)
  if type(title) == 'string' then
    return { framed(' ' .. vim.fn.strtrans(title) .. ' ', 'FloatTitle') }
  end
  local safe = vim.tbl_map(function(chunk)
    return framed(vim.fn.strtrans(chunk[1]), chunk[2] ~= '' and chunk[2] or 'FloatTitle')
  end, title)
  local blank = framed(' ', 'FloatTitle')
  return vim.list_extend({ blank }, vim.list_extend(safe, { blank }))
end

--- What the frame says below.
---@param text string
---@return table
function M.footer(text)
  return { footer = { framed(text, 'FloatFooter') }, footer_pos = 'right' }
end

--- The same, in what room there is: the last of `keys` always.
---@param width integer
---@param keys string[]
---@return table
local function footer(width, keys)
  local text = ''
  for at = 1, #keys - 1 do
    local longer = text .. keys[at] .. '  '
    if vim.fn.strdisplaywidth(longer .. keys[#keys]) + 2 <= width then
      text = longer
    end
  end
  local last = width < 20 and 'g?' or keys[#keys]
  return M.footer((' %s%s '):format(text, last))
end

--- Fits `win` to the screen as it is now.
---@param win integer
local function fit(win)
  local place = centered(win)
  local below = footer(place.width, vim.w[win].polecat_keys)
  vim.api.nvim_win_set_config(win, vim.tbl_extend('error', place, below))
  -- A window that shrinks scrolls, which hides the title line for no reason.
  if vim.api.nvim_win_get_cursor(win)[1] <= place.height then
    vim.api.nvim_win_call(win, function()
      vim.fn.winrestview({ topline = 1 })
    end)
  end
end

--- All floats of ours that are open.
---@return integer[]
local function all()
  return vim.tbl_filter(function(win)
    return vim.w[win].polecat_from ~= nil
  end, vim.api.nvim_list_wins())
end

--- `gone` closes: what was opened from it was opened from where it came from.
---@param gone integer
local function inherit(gone)
  for _, win in ipairs(all()) do
    if vim.w[win].polecat_from == gone then
      vim.w[win].polecat_from = vim.w[gone].polecat_from or gone
    end
  end
end

--- Sees to it that closing the current float, however that is done, leads to where it was opened
--- from: Neovim goes to the window that was current before, which may be gone.
local function lead_back()
  local win = vim.api.nvim_get_current_win()
  local from = vim.w[win].polecat_from
  local here = vim.api.nvim_tabpage_list_wins(0)
  local known = vim.fn.win_getid(vim.fn.winnr('#')) == from
  if known or not vim.list_contains(here, from) or vim.api.nvim_get_mode().mode ~= 'n' then
    return
  end
  vim.cmd(('noautocmd call win_gotoid(%d)'):format(from))
  vim.cmd(('noautocmd call win_gotoid(%d)'):format(win))
end

--- How small floats are fitted to the screen, by their windows.
---@type table<integer, fun()>
local popups = {}

--- Follows the screen's size, and the windows that close, while there are floats of ours.
local function listen()
  local fits = 'Fit the floats of polecat.nvim to the screen'
  autocmd.on('polecat_float', 'VimResized', fits, function()
    for _, win in ipairs(all()) do
      local refit = vim.w[win].polecat_float and fit or popups[win]
      if refit then
        refit(win)
      end
    end
  end)
  local leads = 'Lead from the floats of polecat.nvim to where they were opened from'
  autocmd.on('polecat_float', 'WinClosed', leads, function(event)
    local gone = tonumber(event.match) --[[@as integer]]
    inherit(gone)
    popups[gone] = nil
    vim.schedule(function()
      if #all() > 0 then
        lead_back()
      else
        autocmd.off('polecat_float')
      end
    end)
  end)
end

--- Opens a float that knows where it was opened from.
---@param buf integer
---@param title string|polecat.Chunks
---@param place table
---@return integer win
local function open(buf, title, place)
  local from = vim.api.nvim_get_current_win()
  local frame = { style = 'minimal', border = M.border(), title = titled(title) }
  local win = vim.api.nvim_open_win(buf, true, vim.tbl_extend('error', frame, place))
  vim.w[win].polecat_from = from
  listen()
  return win
end

--- Shows `buf` in a float in the middle of the screen, which follows the screen's size.
---@param buf integer
---@param title string|polecat.Chunks
---@param options { keys?: string[], fits?: boolean } Of its frame; whether it is as tall as its text.
---@return integer win
function M.open(buf, title, options)
  local place = centered()
  local keys = options.keys or { 'g? lists the keys' }
  local below = footer(place.width, keys)
  local frame = vim.tbl_extend('error', place, below, { title_pos = 'center' })
  local win = open(buf, title, frame)
  vim.w[win].polecat_float, vim.w[win].polecat_keys = true, keys
  vim.w[win].polecat_fits = options.fits
  M.refit(buf)
  return win
end

--- Makes the floats that show `buf` as tall as it is, where they are to be.
---@param buf integer
function M.refit(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.w[win].polecat_fits and centered(win).height ~= vim.api.nvim_win_get_height(win) then
      fit(win)
    end
  end
end

--- The place of a small float of this size, in the middle of the screen.
---@param width integer
---@param height integer
---@return table
local function place(width, height)
  width = math.min(width, math.max(vim.o.columns - 2, 1))
  height = math.min(height, math.max(vim.o.lines - 4, 1))
  return {
    relative = 'editor',
    width = width,
    height = height,
    row = math.max(math.floor((vim.o.lines - height) / 2) - 1, 0),
    col = math.max(math.floor((vim.o.columns - width - 2) / 2), 0),
    -- Above the status window, from which it is mostly asked for.
    zindex = 60,
  }
end

--- Shows `buf` in a small float, as high as its text where nothing is said.
---@param buf integer
---@param title string
---@param width integer
---@param height? integer
---@return integer win
---@return boolean whole Whether there is room for all of its text.
function M.popup(buf, title, width, height)
  local win = open(buf, title, place(width, height or 1))
  vim.wo[win][0].wrap = true
  popups[win] = function()
    -- How its text is broken depends on the width.
    vim.api.nvim_win_set_config(win, place(width, height or 1))
    local rows = height or vim.api.nvim_win_text_height(win, {}).all
    vim.api.nvim_win_set_config(win, place(width, rows))
  end
  popups[win]()
  local rows = vim.api.nvim_win_text_height(win, {}).all
  return win, rows <= vim.api.nvim_win_get_height(win)
end

--- Puts `title` over every float that shows `buf`.
---@param buf integer
---@param title string|polecat.Chunks
function M.retitle(buf, title)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.w[win].polecat_float then
      vim.api.nvim_win_set_config(win, { title = titled(title), title_pos = 'center' })
    end
  end
end

--- How wide the text of a float will be.
---@return integer
function M.width()
  return centered().width
end

return M
