--- The folds of a diff: one for each file, and in it one for each hunk.
local index = require('polecat.ui.diff.hunks')
local view = require('polecat.ui.view')

local M = {}

--- The first byte of a line, of which much can be told.
---@param lnum integer
---@return integer?
local function first_byte(lnum)
  return vim.fn.getline(lnum):byte()
end

---@param byte? integer
---@return boolean
local function is_letter(byte)
  return byte ~= nil and byte >= 97 and byte <= 122
end

--- Whether a line that begins with `---` or `+++` names the file: then it stands below the head's
--- other lines, which begin with letters, and content does not.
---@param lnum integer
---@param line string
---@return boolean
local function names_file(lnum, line)
  if line:find('^%-%-%- ') then
    return is_letter(first_byte(lnum - 1))
  end
  return line:find('^%+%+%+ ') ~= nil
    and first_byte(lnum - 1) == 45
    and is_letter(first_byte(lnum - 2))
end

--- The fold level of a line, for 'foldexpr'. Read off the text, which is right at any moment, also
--- while a refresh is half drawn: no content of a file begins like a heading. Never `=`, for which
--- Neovim looks back through the whole hunk.
---@param lnum integer
---@return string|integer
function M.level(lnum)
  local line = vim.fn.getline(lnum)
  local byte = line:byte()
  if byte == 64 then -- @
    return '>2'
  elseif byte == 42 or (byte == 100 and line:find('^diff %-%-')) then -- *, d
    return '>1'
  elseif is_letter(byte) or byte == 66 or byte == 71 then -- B(inary files), G(IT binary patch)
    return lnum > 1 and 1 or 0
  elseif byte == 45 or byte == 43 then
    return names_file(lnum, line) and 1 or 2
  elseif byte == 32 or byte == 92 then
    return 2
  end
  return 0
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
