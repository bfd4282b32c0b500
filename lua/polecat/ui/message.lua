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

--- The beginning of `text` that fits into `cells`, and its first character in any case: some take
--- more than there are.
---@param text string
---@param cells integer
---@return string
local function beginning(text, cells)
  local fits = vim.fn.printf('%.' .. math.max(cells, 2) .. 'S', text)
  return fits ~= '' and fits or vim.fn.strcharpart(text, 0, 1)
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
  local left = room() - vim.fn.strdisplaywidth(mark)
  return left < 2 and beginning(text, room()) or beginning(text, left) .. mark
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

--- How long a message stands over a terminal, in ms.
local GLANCE_INTERVAL = 6000

--- The windows of messages over a terminal, by their rows.
---@type table<integer, integer>
local glances = {}

---@param row integer
local function end_glance(row)
  if glances[row] then
    pcall(vim.api.nvim_win_close, glances[row], true)
  end
  glances[row] = nil
end

--- Shows `text` for a while in a corner, where it takes no key: whoever is attached to an agent may
--- stay so for hours.
---@param text string
---@param level integer
local function glance(text, level)
  local row = 0
  while glances[row] do
    row = row + 1
  end
  local line = ' ' .. M.fit(text, '…') .. ' '
  local buf = require('polecat.ui.windows.buffer').scratch({ line })
  local opened, win = pcall(vim.api.nvim_open_win, buf, false, {
    relative = 'editor',
    anchor = 'NE',
    row = row,
    col = vim.o.columns,
    width = math.max(math.min(vim.fn.strdisplaywidth(line), vim.o.columns), 1),
    height = 1,
    focusable = false,
    noautocmd = true,
    style = 'minimal',
    border = 'none',
    zindex = 250,
  })
  if not opened then
    return vim.api.nvim_buf_delete(buf, { force = true })
  end
  glances[row] = win
  vim.wo[win].winhighlight = GROUPS[level] and 'NormalFloat:' .. GROUPS[level] or ''
  vim.defer_fn(function()
    if glances[row] == win then
      end_glance(row)
    end
  end, GLANCE_INTERVAL)
end

--- Shows `text`: whole where it fits, else its beginning; when it will be seen. In a terminal that is
--- at once, and again in the message line when its mode ends.
---@param text string
---@param level integer
function M.show(text, level)
  if not is_covered() then
    return show(text, level)
  elseif vim.api.nvim_get_mode().mode:sub(1, 1) == 't' then
    glance(text, level)
  end
  local desc = 'Tell what polecat.nvim could not while a mode was in the way'
  autocmd.once('ModeChanged', desc, function()
    vim.schedule(function()
      vim.tbl_map(end_glance, vim.tbl_keys(glances))
      M.show(text, level)
    end)
  end)
end

return M
