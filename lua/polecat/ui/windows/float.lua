--- Floating windows, which fit the screen.
local autocmd = require('polecat.editor.autocmd')
local frame = require('polecat.ui.windows.frame')

local M = {}

--- How floats of ours are fitted to the screen, by their windows.
---@type table<integer, fun(win: integer)>
local refits = {}

--- The place of a box in the middle of the screen.
---@param width integer
---@param height integer
---@param lines integer Of the screen.
---@return table
local function box(width, height, lines)
  return {
    relative = 'editor',
    width = math.max(width, 1),
    height = math.max(height, 1),
    row = math.max(math.floor((lines - height - 2) / 2), 0),
    col = math.max(math.floor((vim.o.columns - width - 2) / 2), 0),
  }
end

--- The place of a large float on the screen as it is now; one that shows a list is no taller than
--- that.
---@param win? integer
---@return table
local function large(win)
  local lines = vim.o.lines - vim.o.cmdheight
  local width = math.min(vim.o.columns - 4, math.max(80, math.floor(vim.o.columns * 0.8)))
  local height = math.min(lines - 4, math.max(12, math.floor(lines * 0.7)))
  local place = box(width, height, lines)
  if win and vim.w[win].polecat_fits then
    -- Its first line stays where it is while rows come and go.
    local text = math.max(vim.api.nvim_win_text_height(win, {}).all, 1)
    place.height = math.min(place.height, text)
  end
  return place
end

--- The place of a small one of this size.
---@param width integer
---@param height integer
---@return table
local function small(width, height)
  local lines = vim.o.lines
  local place = box(math.min(width, vim.o.columns - 2), math.min(height, lines - 4), lines)
  -- Above the status window, from which it is mostly asked for.
  place.zindex = 60
  return place
end

--- Fits `win` to the screen as it is now.
---@param win integer
local function fit(win)
  local place = large(win)
  local below = frame.keys(place.width, vim.w[win].polecat_keys)
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
  return vim.tbl_filter(vim.api.nvim_win_is_valid, vim.tbl_keys(refits))
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

--- Follows the screen's size, and the windows that close, while there are floats of ours.
local function listen()
  local fits = 'Fit the floats of polecat.nvim to the screen'
  autocmd.on('polecat_float', 'VimResized', fits, function()
    for _, win in ipairs(all()) do
      refits[win](win)
    end
  end)
  local leads = 'Lead from the floats of polecat.nvim to where they were opened from'
  autocmd.on('polecat_float', 'WinClosed', leads, function(event)
    local gone = tonumber(event.match) --[[@as integer]]
    inherit(gone)
    refits[gone] = nil
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
---@param refit fun(win: integer)
---@return integer win
local function open(buf, title, place, refit)
  local from = vim.api.nvim_get_current_win()
  local own = { style = 'minimal', border = frame.border(), title = frame.title(title) }
  local win = vim.api.nvim_open_win(buf, true, vim.tbl_extend('error', own, place))
  vim.w[win].polecat_from = from
  refits[win] = refit
  listen()
  return win
end

--- Shows `buf` in a float in the middle of the screen, which follows the screen's size.
---@param buf integer
---@param title string|polecat.Chunks
---@param options { keys?: string[], fits?: boolean } Of its frame; whether it is as tall as its text.
---@return integer win
function M.open(buf, title, options)
  local place = vim.tbl_extend('error', large(), { title_pos = 'center' })
  local win = open(buf, title, place, fit)
  vim.w[win].polecat_float, vim.w[win].polecat_fits = true, options.fits
  vim.w[win].polecat_keys = options.keys or { 'g? lists the keys' }
  fit(win)
  return win
end

--- Makes the floats that show `buf` as tall as it is, where they are to be.
---@param buf integer
function M.refit(buf)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.w[win].polecat_fits and large(win).height ~= vim.api.nvim_win_get_height(win) then
      fit(win)
    end
  end
end

--- Shows `buf` in a small float, as high as its text where nothing is said.
---@param buf integer
---@param title string
---@param width integer
---@param height? integer
---@return integer win
---@return boolean whole Whether there is room for all of its text.
function M.popup(buf, title, width, height)
  local function refit(win)
    -- How its text is broken depends on the width.
    vim.api.nvim_win_set_config(win, small(width, height or 1))
    local rows = height or vim.api.nvim_win_text_height(win, {}).all
    vim.api.nvim_win_set_config(win, small(width, rows))
  end
  local win = open(buf, title, small(width, height or 1), refit)
  vim.wo[win][0].wrap = true
  refit(win)
  local rows = vim.api.nvim_win_text_height(win, {}).all
  return win, rows <= vim.api.nvim_win_get_height(win)
end

--- Puts `title` over every float that shows `buf`.
---@param buf integer
---@param title string|polecat.Chunks
function M.retitle(buf, title)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    if vim.w[win].polecat_float then
      vim.api.nvim_win_set_config(win, { title = frame.title(title), title_pos = 'center' })
    end
  end
end

--- How wide the text of a float will be.
---@return integer
function M.width()
  return large().width
end

return M
