--- What the words of a message stand for, `{line}` and `{diagnostics}`, as far as only Neovim knows it;
--- and only what the message names.
local context = require('polecat.editor.context')
local window = require('polecat.ui.windows.window')

local M = {}

---@class polecat.Meant The buffer that is meant, and a window that shows it.
---@field buf integer
---@field win? integer

--- What is meant in `win`: the file before it, where it shows one of our buffers without files.
---@param win integer
---@return polecat.Meant
function M.source(win)
  local buf = vim.api.nvim_win_get_buf(win)
  local name = vim.api.nvim_buf_get_name(buf)
  local has_files = vim.startswith(name, 'polecat://diff/') or vim.b[buf].polecat_file
  if vim.startswith(name, 'polecat://') and not has_files then
    win = require('polecat.ui.windows.files').window() or win
  end
  return { buf = vim.api.nvim_win_get_buf(win), win = win }
end

--- Lines of `buf`, and where they are.
---@param buf integer
---@param first integer From 1.
---@param last integer
---@param text? string[]
---@return table<string, any>
function M.lines(buf, first, last, text)
  local id = require('polecat.ui.views.rows').id
  return {
    name = context.file(buf) or vim.api.nvim_buf_get_name(buf),
    filetype = vim.bo[buf].filetype,
    first = first,
    last = last,
    text = text or vim.api.nvim_buf_get_lines(buf, first - 1, last, false),
    id = (id(buf, first - 1)),
    last_id = (id(buf, last - 1)),
  }
end

--- By the word. The cursor is its line from 1 and its column from 0.
---@type table<string, fun(buf: integer, cursor: [integer, integer]): any>
local gather = {}

function gather.selection(buf)
  return vim.api.nvim_buf_call(buf, function()
    local mode = vim.fn.mode()
    local selects = mode:find('^[vV\22]') ~= nil
    local from, to = vim.fn.getpos(selects and 'v' or "'<"), vim.fn.getpos(selects and '.' or "'>")
    local how = { type = selects and mode or vim.fn.visualmode() }
    local ok, text = pcall(vim.fn.getregion, from, to, how)
    if ok and from[2] > 0 and #text > 0 then
      return M.lines(buf, math.min(from[2], to[2]), math.max(from[2], to[2]), text)
    end
  end)
end

---@param buf integer
---@param cursor [integer, integer]
gather['function'] = function(buf, cursor)
  local ok, parser = pcall(vim.treesitter.get_parser, buf)
  if not ok or not parser then
    return nil
  end
  parser:parse()
  local nodes, outermost = {}, nil
  local node = vim.treesitter.get_node({ bufnr = buf, pos = { cursor[1] - 1, cursor[2] } })
  while node and node:parent() do
    local first, _, last, column = node:range()
    last = math.max(column == 0 and last - 1 or last, first)
    outermost = { first + 1, last + 1 }
    nodes[#nodes + 1], node = { node:type(), first + 1, last + 1 }, node:parent()
  end
  return { nodes = nodes, lines = outermost and M.lines(buf, outermost[1], outermost[2]) }
end

function gather.diagnostics(buf)
  local found = vim.diagnostic.get(buf)
  table.sort(found, function(a, b)
    return a.lnum < b.lnum or (a.lnum == b.lnum and a.col < b.col)
  end)
  return vim.tbl_map(function(one)
    return {
      name = context.file(buf) or vim.api.nvim_buf_get_name(buf),
      line = one.lnum + 1,
      column = one.col + 1,
      severity = one.severity,
      text = one.message,
      source = one.source,
    }
  end, found)
end

function gather.quickfix()
  local found = {}
  for _, one in ipairs(vim.fn.getqflist()) do
    if one.valid == 1 then
      local name = one.bufnr > 0 and vim.api.nvim_buf_get_name(one.bufnr) or one.module
      found[#found + 1] = { name = name, line = one.lnum, column = one.col, text = one.text }
    end
  end
  return found
end

function gather.buffers()
  local files = {}
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    files[#files + 1] = vim.bo[buf].buflisted and context.file(buf) or nil
  end
  return files
end

---@param source polecat.Meant
---@return [integer, integer]
local function cursor_of(source)
  local win = source.win
  local shows = win
    and vim.api.nvim_win_is_valid(win)
    and vim.api.nvim_win_get_buf(win) == source.buf
  win = shows and win or window.showing(source.buf)
  return win and vim.api.nvim_win_get_cursor(win) or vim.api.nvim_buf_get_mark(source.buf, '"')
end

--- What the contexts in `text` name, and the view that they stand in, for `command.run`.
---@param text string
---@param source polecat.Meant
---@return { view?: integer, contexts?: table<string, any> }
function M.named(text, source)
  -- Once for all of them: the whole configuration is looked at each time.
  local prompts = text:find('@%S') and require('polecat.config').get(nil, 'prompts')
  for name in text:gmatch('@(%S+)') do
    local prompt = type(prompts) == 'table' and prompts[name]
    text = text .. (type(prompt) == 'string' and prompt or '')
  end
  local buf = source.buf
  if not vim.api.nvim_buf_is_loaded(buf) then
    return {}
  end
  local named = vim.tbl_filter(function(row)
    return text:find('{' .. row[1] .. '}', 1, true) ~= nil
  end, require('polecat.contexts'))
  local found
  if #named > 0 then
    local cursor = cursor_of(source)
    local line = math.max(cursor[1], 1)
    found = { here = M.lines(buf, line, line) }
    for _, row in ipairs(named) do
      found[row[1]] = gather[row[1]] and gather[row[1]](buf, cursor)
    end
  end
  local view = vim.b[buf].polecat_title and require('polecat.ui.views.view').of(buf)
  return { contexts = found, view = view and view.id or nil }
end

return M
