--- What a message can name, for completion.
local M = {}

--- What a message can name: what words in braces stand for, and where it begins the user's prompts.
---@param begins boolean
---@return { word: string, menu: string }[]
local function all(begins)
  local prompts = begins and require('polecat.config').get(nil, 'prompts') or {}
  local found = {}
  for name, text in vim.spairs(type(prompts) == 'table' and prompts or {}) do
    found[#found + 1] = { word = '@' .. name, menu = vim.fn.strtrans(tostring(text)) }
  end
  for _, row in ipairs(require('polecat.contexts')) do
    found[#found + 1] = { word = '{' .. row[1] .. '}', menu = row[2] }
  end
  return found
end

--- The words alone, as the command line offers them.
---@param begins boolean
---@return string[]
function M.words(begins)
  return vim.tbl_map(function(one)
    return one.word
  end, all(begins))
end

--- For 'completefunc' of a message.
---@param find_start 0|1
---@param base string
---@return integer|table[]
function M.complete(find_start, base)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local before = vim.api.nvim_get_current_line():sub(1, cursor[2])
  local start = before:find('[{@]%S*$') or #before + 1
  if find_start == 1 then
    return start - 1
  end
  return vim.tbl_filter(function(one)
    return vim.startswith(one.word, base)
  end, all(cursor[1] == 1 and start == 1))
end

return M
