--- Places in files that an agent's output names, such as `src/main.rs:12:5`: opened from there, or
--- listed in the quickfix window.
local backend = require('polecat.rpc.client')
local notify = require('polecat.editor.notify')
local reveal = require('polecat.ui.defer')
local where = require('polecat.editor.context')
local window = require('polecat.ui.window')

local M = {}

--- How many of the last lines are searched for the quickfix list.
local SEARCHED = 10000

---@class polecat.Place
---@field path string As it is written.
---@field lnum? integer
---@field col? integer
---@field from integer The first byte of what names it, from 1.
---@field to integer The last.

--- What may stand behind a path and tell a line of it: `:12:5`, `:12`, `(12,5)`, `", line 12`.
local SUFFIXES = { '^:(%d+):(%d+)()', '^:(%d+)()()', '^%((%d+),%s*(%d+)%)()', '^", line (%d+)()()' }

--- Neovim's numbers end there, those of agents do not.
local MOST = 2 ^ 31 - 1

---@param digits any
---@return integer?
local function number(digits)
  return type(digits) == 'string' and math.min(tonumber(digits), MOST) or nil
end

---@param text string
---@return integer? lnum
---@return integer? col
---@return integer length
local function suffix(text)
  for _, pattern in ipairs(SUFFIXES) do
    local lnum, col, behind = text:match(pattern)
    if lnum then
      -- Without a column, its capture is the position behind, as the last one is.
      return number(lnum), number(col), behind - 1
    end
  end
  return nil, nil, 0
end

--- All that may be a path in `line`, with what follows it.
---@param line string
---@return polecat.Place[]
function M.scan(line)
  -- Frames are drawn around text without a blank in between.
  local text = line:gsub('\226[\148-\151][\128-\191]', '   ')
  local found = {}
  for from, path, behind in text:gmatch('()([%w%._/~@+%-\128-\255]+)()') do
    local lnum, col, length = suffix(text:sub(behind))
    path = path:gsub('%.+$', '')
    local to = length > 0 and behind - 1 + length or from + #path - 1
    if path ~= '' then
      found[#found + 1] = { path = path, lnum = lnum, col = col, from = from, to = to }
    end
  end
  return found
end

--- The file that `path` means, seen from `dir`.
---@param path string
---@param dir string
---@return string?
local function resolve(path, dir)
  local tries = { path:match('^/') and path or path:match('^~/') and vim.fs.normalize(path) }
  if not tries[1] then
    tries = { dir .. '/' .. path }
    -- As git names both sides of a difference.
    tries[2] = path:match('^[ab]/') and dir .. '/' .. path:sub(3) or nil
  end
  for _, try in ipairs(tries) do
    local stat = vim.uv.fs_stat(try)
    if stat and stat.type == 'file' then
      return vim.fs.normalize(try)
    end
  end
end

--- Calls `done` with the folder in which the session of `buf` works.
---@param buf integer
---@param done fun(dir: string)
local function with_dir(buf, done)
  local polecat, at = vim.b[buf].polecat, where.here(buf)
  if not polecat then
    return done(at.cwd)
  end
  local args = { polecat = polecat, at = at }
  backend.call(
    'session.status',
    args,
    notify.or_error(function(info)
      reveal.when_idle(function()
        done(info.workdir or at.cwd)
      end)
    end)
  )
end

--- A window of this tab page that shows a file, the one before the current first.
---@return integer?
local function file_window()
  local previous = vim.fn.win_getid(vim.fn.winnr('#'))
  for _, win in ipairs({ previous, unpack(vim.api.nvim_tabpage_list_wins(0)) }) do
    local usable = win ~= 0 and vim.api.nvim_win_get_config(win).relative == ''
    if usable and vim.bo[vim.api.nvim_win_get_buf(win)].buftype == '' then
      return win
    end
  end
end

--- Opens `file` in a window that shows files, or in a new one.
---@param file string
---@param lnum? integer
---@param col? integer
function M.edit(file, lnum, col)
  local win = file_window()
  local edit = { cmd = 'edit', args = { vim.fn.fnameescape(file) }, magic = { file = false } }
  local opened = win
    and pcall(function()
      vim.api.nvim_set_current_win(win)
      vim.cmd(edit)
    end)
  if not opened and not window.split(vim.fn.bufadd(file), {}) then
    return
  end
  vim.bo.buflisted = true
  if lnum then
    local row = math.min(math.max(lnum, 1), vim.api.nvim_buf_line_count(0))
    vim.api.nvim_win_set_cursor(0, { row, math.max((col or 1) - 1, 0) })
    vim.cmd('normal! zv')
  end
end

---@return polecat.Place?
local function under_cursor()
  local col = vim.api.nvim_win_get_cursor(0)[2] + 1
  for _, place in ipairs(M.scan(vim.api.nvim_get_current_line())) do
    if place.from <= col and col <= place.to then
      return place
    end
  end
end

--- Opens the file under the cursor, as seen from where the session works.
---@param buf integer
---@param at_line boolean Whether to go to the line that stands behind it.
function M.open(buf, at_line)
  local place = under_cursor()
  if not place then
    return notify.warn('no file name under the cursor')
  end
  with_dir(buf, function(dir)
    local file = resolve(place.path, dir)
    if not file then
      return notify.warn(('no file `%s` in `%s`'):format(place.path, dir))
    end
    M.edit(file, at_line and place.lnum or nil, place.col)
  end)
end

---@param lines string[]
---@param dir string
---@return table[]
local function items(lines, dir)
  local found, files, seen = {}, {}, {}
  for _, line in ipairs(lines) do
    for _, place in ipairs(line:find('%d') and M.scan(line) or {}) do
      if place.lnum and files[place.path] == nil then
        files[place.path] = resolve(place.path, dir) or false
      end
      local file = place.lnum and files[place.path]
      local key = file and table.concat({ file, place.lnum, place.col or 0, line }, '\n')
      if key and not seen[key] then
        seen[key] = true
        found[#found + 1] =
          { filename = file, lnum = place.lnum, col = place.col, text = vim.trim(line) }
      end
    end
  end
  return found
end

--- Makes a quickfix list of the places that the end of `buf` names and that exist.
---@param buf integer
function M.to_quickfix(buf)
  with_dir(buf, function(dir)
    local from = math.max(vim.api.nvim_buf_line_count(buf) - SEARCHED, 0)
    local found = items(vim.api.nvim_buf_get_lines(buf, from, -1, false), dir)
    if #found == 0 then
      return notify.info('nothing here names a line of a file')
    end
    vim.fn.setqflist({}, ' ', { title = vim.b[buf].polecat_title or 'polecat', items = found })
    vim.cmd('botright copen')
  end)
end

return M
