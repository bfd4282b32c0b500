--- Neovim's own message line: what is shown there is seen, whole in `:messages`, and asks for no
--- key. A `vim.notify` of the user's has room of its own, and gets a text as it is.
local M = {}

local levels = vim.log.levels
local GROUPS = { [levels.WARN] = 'WarningMsg', [levels.ERROR] = 'ErrorMsg' }

--- What stands where a text was cut.
local MORE = '… :messages'

--- Whether messages end up in the message line, where a second line means a hit-enter prompt.
---@return boolean
function M.is_line()
  local source = debug.getinfo(vim.notify, 'S').source
  -- Neovim 0.12 may have its own Lua compiled in without the names of its files.
  return source == '?' or source:find('^@?vim/_') ~= nil
end

--- The cells of the message line that a text may fill. A full line makes room for 'showcmd' fail,
--- and the screen scroll.
---@return integer
function M.room()
  return math.max(vim.v.echospace - 1, 1)
end

--- The beginning of `text` that fits into `room` cells, at least a character.
---@param text string
---@param room integer
---@return string
local function beginning(text, room)
  -- No character takes less than a cell.
  local count = math.min(vim.fn.strchars(text), room)
  while count > 1 and vim.fn.strdisplaywidth(vim.fn.strcharpart(text, 0, count)) > room do
    count = count - 1
  end
  return vim.fn.strcharpart(text, 0, count)
end

--- `text` in at most `room` cells; where it is cut, `mark` says so.
---@param text string
---@param room integer
---@param mark string
---@return string
function M.cut(text, room, mark)
  if vim.fn.strdisplaywidth(text) <= room then
    return text
  end
  return beginning(text, math.max(room - vim.fn.strdisplaywidth(mark), 1)) .. mark
end

---@param text string
---@return string
function M.on_one_line(text)
  return vim.trim((text:gsub('[%s%c]+', ' ')))
end

--- Whether the next redraw would draw over a message: the command line that is being typed, or in
--- its place the name of a mode.
---@return boolean
local function is_covered()
  local first = vim.api.nvim_get_mode().mode:sub(1, 1)
  return first == 'c' or (M.is_line() and vim.o.showmode and first ~= 'n' and first ~= 'r')
end

--- Runs `act` now, or as soon as a message would be seen.
---@param act fun()
local function when_seen(act)
  if not is_covered() then
    return act()
  end
  vim.api.nvim_create_autocmd('ModeChanged', {
    once = true,
    desc = 'Tell what polecat.nvim could not while a mode was in the way',
    callback = vim.schedule_wrap(function()
      when_seen(act)
    end),
  })
end

--- `line` in pieces that fit into `room` cells, cut at blanks where there are any.
---@param line string
---@param room integer
---@return string[]
local function pieces(line, room)
  local found = {}
  while vim.fn.strdisplaywidth(line) > room do
    local piece = beginning(line, room)
    piece = piece:match('^(.*%s)%S*$') or piece
    found[#found + 1] = piece
    line = line:sub(#piece + 1)
  end
  found[#found + 1] = line
  return found
end

--- Puts all of `text` into `:messages` without a line too many at any moment.
---@param text string
---@param group? string
local function remember(text, group)
  for _, line in ipairs(vim.split(text, '\n', { plain = true, trimempty = true })) do
    for _, piece in ipairs(pieces(line, M.room())) do
      vim.cmd.redraw()
      vim.api.nvim_echo({ { piece, group } }, true, {})
    end
  end
end

--- Shows the beginning of `text`, which is too long.
---@param text string
---@param group? string
local function show_beginning(text, group)
  remember(text, group)
  vim.cmd.redraw()
  local short = M.cut(M.on_one_line(text), M.room(), MORE)
  vim.api.nvim_echo({ { short, group } }, false, {})
end

---@param text string
---@param level integer
local function show(text, level)
  local is_line = M.is_line() and #vim.api.nvim_list_uis() > 0
  if is_line and (text:find('\n') or vim.fn.strdisplaywidth(text) > M.room()) then
    return show_beginning(text, GROUPS[level])
  elseif is_line then
    -- So that it takes the place of the message before: two would be a line too many.
    vim.cmd.redraw()
  end
  vim.notify(text, level, { title = 'polecat' })
end

--- Shows `text`: whole where it fits, else its beginning; when it will be seen.
---@param text string
---@param level integer
function M.show(text, level)
  when_seen(function()
    show(text, level)
  end)
end

return M
