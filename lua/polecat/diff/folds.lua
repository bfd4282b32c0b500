--- The folds of a diff: one for each file, and in it one for each hunk.
local index = require('polecat.diff.index')
local view = require('polecat.view')

local M = {}

--- The fold level of a line, for 'foldexpr'. Read off the text, which is right at any moment, also
--- while a refresh is half drawn: no content of a file begins like these.
---@param lnum integer
---@return string
function M.level(lnum)
  local line = vim.fn.getline(lnum)
  local byte = line:byte()
  if byte == 64 then -- @
    return '>2'
  elseif byte == 100 or byte == 42 then -- d, *
    local starts = line:find('^diff %-%-') or line:find('^%* Unmerged path ')
    return starts and '>1' or '='
  end
  return byte and '=' or '0'
end

---@param file polecat.ChangedFile
---@return [string, string?][]
local function of_file(file)
  local name = file.old and (file.old .. ' → ' .. file.path) or file.path
  return {
    { ('%-9s '):format(file.change), 'PolecatMuted' },
    { vim.fn.strtrans(name), 'Directory' },
    { file.added > 0 and ('  +%d'):format(file.added) or '', 'PolecatAdded' },
    { file.removed > 0 and ('  -%d'):format(file.removed) or '', 'PolecatRemoved' },
    { file.binary and '  binary' or '', 'PolecatMuted' },
  }
end

--- What stands in place of a closed fold, for 'foldtext'.
---@return string|[string, string?][]
function M.text()
  local row = vim.v.foldstart - 1
  local open = view.of(vim.api.nvim_get_current_buf())
  local hunk = open and open.changes and index.hunk(open.changes, row)
  local file = open and open.changes and index.file(open.changes, row)
  if file and not hunk then
    return of_file(file)
  end
  local line = vim.fn.getline(vim.v.foldstart)
  return { { line, 'diffLine' }, { ('  %d lines'):format(vim.v.foldend - row - 1), 'PolecatMuted' } }
end

return M
