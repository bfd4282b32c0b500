--- Windows that we opened for our buffers. They take no other buffer ('winfixbuf') as long as there
--- is a window for files beside them: alone in a tab page, `:edit` works in them as anywhere.
local autocmd = require('polecat.editor.autocmd')
local window = require('polecat.ui.windows.window')

local M = {}

--- Whether another window of the tab page shows files.
---@param win integer
---@param closing? number One that is about to go.
---@return boolean
local function has_other(win, closing)
  for _, other in ipairs(vim.api.nvim_tabpage_list_wins(vim.api.nvim_win_get_tabpage(win))) do
    if other ~= win and other ~= closing and window.shows_file(other) then
      return true
    end
  end
  return false
end

--- All windows that still show what they were opened for.
---@return integer[]
local function panels()
  return vim.tbl_filter(function(win)
    return vim.w[win].polecat_panel == vim.api.nvim_win_get_buf(win)
  end, vim.api.nvim_list_wins())
end

--- Sets the option in all of them; true when there is none left.
---@param closing? number
---@return boolean
local function update(closing)
  local all = panels()
  for _, win in ipairs(all) do
    vim.wo[win][0].winfixbuf = window.floats(win) or has_other(win, closing)
  end
  return #all == 0
end

--- Follows the windows that come and go, while there are any of ours.
local function listen()
  local events = { 'BufEnter', 'BufWinEnter', 'WinNew', 'WinClosed' }
  local desc = 'Let other buffers into a lone window of polecat.nvim'
  autocmd.on('polecat_panel', events, desc, function(event)
    if update(event.event == 'WinClosed' and tonumber(event.match) or nil) then
      autocmd.off('polecat_panel')
    end
  end)
end

--- Keeps other buffers out of `win`, which we opened, while it shows what it shows now.
---@param win integer
function M.keep(win)
  vim.w[win].polecat_panel = vim.api.nvim_win_get_buf(win)
  listen()
  update()
end

return M
