--- Neovim's own message line: what is shown there is seen, whole in `:messages`, and asks for no
--- key. A `vim.notify` of the user's has room of its own, and gets a text as it is.
local autocmd = require('polecat.editor.autocmd')

local M = {}

local levels = vim.log.levels
local GROUPS = { [levels.WARN] = 'WarningMsg', [levels.ERROR] = 'ErrorMsg' }

--- Whether messages end up in the message line, where a second line means a hit-enter prompt.
---@return boolean
local function is_line()
  local source = (debug.getinfo(vim.notify, 'S') or {}).source or ''
  -- Neovim 0.12 may have its own Lua compiled in without the names of its files.
  return source == '?' or source:find('^@?vim/_') ~= nil
end

--- What the ruler takes, where it is drawn there, and a blank before it.
local RULER_WIDTH = 19

--- The cells of the message line that a text may fill. A full line makes room for 'showcmd' fail,
--- and the screen scroll. A character takes up to two.
---@return integer
local function room()
  local free = vim.v.echospace - 1
  -- A float has no status line, so its ruler is in the message line: over what stands there.
  if vim.o.ruler and vim.api.nvim_win_get_config(0).relative ~= '' then
    free = math.min(free, vim.o.columns - RULER_WIDTH)
  end
  return math.max(free, 2)
end

--- The beginning of `text` that fits into `cells`.
---@param text string
---@param cells integer
---@return string
local function beginning(text, cells)
  return vim.fn.printf('%.' .. math.max(cells, 2) .. 'S', text)
end

--- `text` on one line that fits the message line; where it is cut, `mark` says so.
---@param text string
---@param mark string
---@return string
function M.fit(text, mark)
  text = vim.trim(text):gsub('%s*\n%s*', ' · '):gsub('[%s%c]+', ' ')
  if vim.fn.strdisplaywidth(text) <= room() then
    return text
  end
  return beginning(text, room() - vim.fn.strdisplaywidth(mark)) .. mark
end

--- Whether the next redraw would draw over a message: the command line that is being typed, or in
--- its place the name of a mode.
---@return boolean
local function is_covered()
  local first = vim.api.nvim_get_mode().mode:sub(1, 1)
  return first == 'c' or (is_line() and vim.o.showmode and first ~= 'n' and first ~= 'r')
end

--- Puts all of `text` into `:messages` without a line too many at any moment.
---@param text string
---@param group? string
local function remember(text, group)
  for line in vim.gsplit(vim.trim(text), '\n') do
    line = line:gsub('%c', ' ')
    repeat
      local piece = beginning(line, room())
      -- Cut at a blank where there is one.
      piece = #piece < #line and piece:match('^(.*%s)%S*$') or piece
      line = line:sub(#piece + 1)
      vim.cmd.redraw()
      vim.api.nvim_echo({ { piece, group } }, true, {})
    until line == ''
  end
end

---@param text string
---@param level integer
local function show(text, level)
  if is_line() and #vim.api.nvim_list_uis() > 0 then
    local short, group = M.fit(text, '… :messages'), GROUPS[level]
    if short ~= text then
      remember(text, group)
    end
    -- So that it takes the place of the message before: two would be a line too many.
    vim.cmd.redraw()
    if short ~= text then
      return vim.api.nvim_echo({ { short, group } }, false, {})
    end
  end
  vim.notify(text, level, { title = 'polecat' })
end

--- Shows `text`: whole where it fits, else its beginning; when it will be seen.
---@param text string
---@param level integer
function M.show(text, level)
  if not is_covered() then
    return show(text, level)
  end
  local desc = 'Tell what polecat.nvim could not while a mode was in the way'
  autocmd.once('ModeChanged', desc, function()
    vim.schedule(function()
      M.show(text, level)
    end)
  end)
end

return M
