--- The syntax of a file's text, by tree-sitter: for a text that no buffer holds.
local autocmd = require('polecat.editor.autocmd')
local color = require('polecat.ui.color')

local M = {}

--- The ground of a line in a diff by its mark. Syntax takes the colour of the text.
M.GROUNDS = { ['+'] = 'PolecatDiffAdded', ['-'] = 'PolecatDiffRemoved' }

--- Longer texts are not parsed where Neovim would stand still meanwhile, in bytes.
local AT_ONCE_LIMIT = 128 * 1024

--- Captures that say nothing of colours.
local NO_COLOURS = { spell = true, nospell = true, none = true, conceal = true }

---@class polecat.Syntax
---@field root TSNode
---@field text string
---@field query vim.treesitter.Query
---@field language string
---@field spans table<integer, [integer, integer, string, integer][]> Of lines that were drawn.

--- The grounds that we gave the groups: one with another is somebody's own.
---@type table<string, integer>
local given = {}

--- Colour schemes have DiffAdd and DiffDelete for the ground of lines; some of them only for text.
---@param group string
---@param of string
---@param default integer
local function define(group, of, default)
  local own = vim.api.nvim_get_hl(0, { name = of, link = false })
  local text, ground = color.normal()
  local bg = own.reverse and own.fg or own.bg or color.mix(own.fg or default, ground, 0.25)
  if given[group] and vim.api.nvim_get_hl(0, { name = group }).bg == given[group] then
    -- A default one would not take the place of another.
    vim.api.nvim_set_hl(0, group, {})
  end
  vim.api.nvim_set_hl(0, group, { default = true, bg = bg, fg = text })
  given[group] = bg
end

local function define_grounds()
  define(M.GROUNDS['+'], 'DiffAdd', 0x2e8b57)
  define(M.GROUNDS['-'], 'DiffDelete', 0xb22222)
end

local prepared = false

local function prepare()
  if prepared then
    return
  end
  prepared = true
  define_grounds()
  local desc = 'Set the groups of polecat.nvim for lines of diffs again'
  autocmd.on('polecat_diff_syntax', { 'ColorScheme', 'OptionSet' }, desc, function(event)
    if event.event == 'ColorScheme' or event.match == 'background' then
      define_grounds()
    end
  end)
end

--- Whether colours are told by their red, green and blue: with fewer, no ground is left for lines.
---@return boolean
local function has_colours()
  for _, ui in ipairs(vim.api.nvim_list_uis()) do
    if ui.rgb then
      return true
    end
  end
  return false
end

--- The language of a file, where there is a parser for it.
---@param name string
---@return string?
function M.language(name)
  local known, filetype = pcall(vim.filetype.match, { filename = name })
  if not known or not filetype or not has_colours() then
    return nil
  end
  local language = vim.treesitter.language.get_lang(filetype) or filetype
  local ok, there = pcall(vim.treesitter.language.add, language)
  -- Before 0.11 it says nothing when it is there, and fails when it is not.
  if not ok or (not there and vim.fn.has('nvim-0.11') == 1) then
    return nil
  end
  local read, query = pcall(vim.treesitter.query.get, language, 'highlights')
  return read and query and language or nil
end

--- Parses `text`, and gives its syntax when that is done; nothing where it cannot be had.
---@param text string
---@param language? string
---@param done fun(parsed: polecat.Syntax)
function M.parse(text, language, done)
  local query = language and vim.treesitter.query.get(language, 'highlights')
  local ok, parser = pcall(vim.treesitter.get_string_parser, text, language or '')
  if text == '' or not language or not query or not ok or not parser then
    return
  end
  prepare()
  ---@param trees? table<integer, TSTree>
  local function take(trees)
    local tree = trees and trees[1]
    if tree then
      done({ root = tree:root(), text = text, query = query, language = language, spans = {} })
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    parser:parse(nil, function(_, trees)
      take(trees)
    end)
  elseif #text <= AT_ONCE_LIMIT then
    take(parser:parse())
  end
end

--- What stands out in a line: first byte, the byte after the last, group, priority.
---@param parsed polecat.Syntax
---@param line integer From 0.
---@param length integer Of it, in bytes.
---@return [integer, integer, string, integer][]
function M.spans(parsed, line, length)
  if parsed.spans[line] then
    return parsed.spans[line]
  end
  local spans = {}
  local captures = parsed.query:iter_captures(parsed.root, parsed.text, line, line + 1)
  for capture, node, metadata in captures do
    local name = parsed.query.captures[capture]
    local first, from, last, to = node:range()
    if name:sub(1, 1) ~= '_' and not NO_COLOURS[name] and first <= line and last >= line then
      from, to = first < line and 0 or from, last > line and length or to
      local group, priority = ('@%s.%s'):format(name, parsed.language), tonumber(metadata.priority)
      spans[#spans + 1] = { from, to, group, priority or 100 }
    end
  end
  parsed.spans[line] = spans
  return spans
end

return M
