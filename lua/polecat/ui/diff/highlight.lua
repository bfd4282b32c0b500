--- Highlights what can be seen of a diff: the words that differ, and the syntax of both versions of
--- each file. Of what is not on the screen nothing is asked for, parsed or drawn.
local autocmd = require('polecat.editor.autocmd')
local backend = require('polecat.rpc.client')
local rows = require('polecat.ui.views.rows')
local syntax = require('polecat.ui.diff.syntax')
local view = require('polecat.ui.views.view')

local M = {}

local namespace = vim.api.nvim_create_namespace('polecat_diff')

--- Words stand out from the syntax, and both from the ground of the line.
local GROUND, WORDS = 90, 110
--- More than so many files are not kept.
local FILES_LIMIT = 200

---@class polecat.DiffFile A file of a diff.
---@field lines integer[] Of each row its line: negative in the version before, 0 where it is none.
---@field words table<integer, [integer, integer][]> By row of the file, from 0: bytes that differ.
---@field old? polecat.Syntax
---@field new? polecat.Syntax

---@class polecat.DiffFiles Those of a buffer.
---@field by_id table<string, polecat.DiffFile>
---@field asked table<string, integer> In which view each was asked for.
---@field count integer
---@field shown { [1]: integer, [2]: polecat.DiffFile }[] In the window that is drawn: the first row.

---@type table<integer, polecat.DiffFiles>
local files = {}

---@param buf integer
local function redraw(buf)
  if vim.api.nvim_buf_is_valid(buf) then
    vim.api.nvim__redraw({ buf = buf, valid = false })
  end
end

--- Has both versions of a file read, where Neovim knows their syntax.
---@param buf integer
---@param id string
---@param file polecat.DiffFile
---@param names { name: string, old_name: string }
local function read_versions(buf, id, file, names)
  local new, old = syntax.language(names.name), syntax.language(names.old_name)
  local open = view.of(buf)
  if not open or not (new or old) then
    return
  end
  backend.call('diff.versions', { view = open.id, id = id }, function(err, texts)
    for side, language in pairs(not err and { new = new, old = old } or {}) do
      syntax.parse(texts[side] or '', language, function(parsed)
        file[side] = parsed
        redraw(buf)
      end)
    end
  end)
end

--- Asks for what is known of a file.
---@param buf integer
---@param id string Of its first row.
local function ask(buf, id)
  local own, open = files[buf], view.of(buf)
  if not own or not open or open.state ~= 'open' or own.asked[id] == open.id then
    return
  end
  own.asked[id] = open.id
  backend.call('diff.highlight', { view = open.id, id = id }, function(err, told)
    if err or not files[buf] then
      return
    end
    if own.count >= FILES_LIMIT then
      own.by_id, own.asked, own.count = {}, {}, 0
    end
    ---@type polecat.DiffFile
    local file = { lines = told.lines, words = {} }
    for _, found in ipairs(told.words) do
      local row = found[1]
      file.words[row] = file.words[row] or {}
      table.insert(file.words[row], { found[2], found[3] })
    end
    own.by_id[id], own.count = file, own.count + 1
    redraw(buf)
    read_versions(buf, id, file, told)
  end)
end

--- Before a window is drawn: the files that are in it.
---@param buf integer
---@param top integer From 0.
---@param bottom integer
---@return boolean
local function on_win(buf, top, bottom)
  local own = files[buf]
  if not own then
    return false
  end
  own.shown = {}
  for _, row in ipairs(rows.stops_in(buf, 'file', top, bottom)) do
    local id = rows.id(buf, row)
    local file = id and own.by_id[id]
    if file then
      table.insert(own.shown, { row, file })
    elseif id then
      vim.schedule(function()
        ask(buf, id)
      end)
    end
  end
  return own.shown[1] ~= nil
end

---@param buf integer
---@param row integer
---@param column integer
---@param more vim.api.keyset.set_extmark
local function mark(buf, row, column, more)
  more.ephemeral, more.strict = true, false
  vim.api.nvim_buf_set_extmark(buf, namespace, row, column, more)
end

--- The syntax of a line, and the ground by which it is still seen to come or to go.
---@param buf integer
---@param row integer
---@param number integer Its line, as the file has it.
---@param parsed polecat.Syntax
local function draw_syntax(buf, row, number, parsed)
  local text = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ''
  local ground = syntax.GROUNDS[text:sub(1, 1)]
  if ground then
    mark(buf, row, 0, { end_row = row + 1, hl_group = ground, hl_eol = true, priority = GROUND })
  end
  for _, span in ipairs(syntax.spans(parsed, math.abs(number) - 1, #text - 1)) do
    local group, priority = span[3], span[4]
    mark(buf, row, span[1] + 1, { end_col = span[2] + 1, hl_group = group, priority = priority })
  end
end

---@param buf integer
---@param row integer
local function on_line(buf, row)
  for _, shown in ipairs(files[buf].shown) do
    local first, file = shown[1], shown[2]
    local number = file.lines[row - first + 1]
    if row >= first and number then
      local parsed = number < 0 and file.old or number > 0 and file.new
      if parsed then
        draw_syntax(buf, row, number, parsed)
      end
      local group = number < 0 and 'PolecatDiffRemovedWord' or 'PolecatDiffAddedWord'
      for _, bytes in ipairs(file.words[row - first] or {}) do
        mark(buf, row, bytes[1], { end_col = bytes[2], hl_group = group, priority = WORDS })
      end
    end
  end
end

local draws = false

--- Highlights `buf`, a diff, wherever it is seen.
---@param buf integer
function M.attach(buf)
  files[buf] = files[buf] or { by_id = {}, asked = {}, count = 0, shown = {} }
  local desc = 'Forget how a diff is highlighted'
  autocmd.on('polecat_diff_highlight', 'BufUnload', desc, function()
    files[buf] = nil
  end, buf)
  if draws then
    return
  end
  draws = true
  vim.api.nvim_set_decoration_provider(namespace, {
    on_win = function(_, _, of, top, bottom)
      return on_win(of, top, bottom)
    end,
    on_line = function(_, _, of, row)
      on_line(of, row)
    end,
  })
end

return M
