--- Messages to polecats from commands and selections: the words, the lines, and where they are.
local ask = require('polecat.ask')
local backend = require('polecat.backend')
local notify = require('polecat.notify')
local where = require('polecat.where')

local M = {}

--- A fence longer than any in `lines`, so that none of them ends the block.
---@param lines string[]
---@return string
local function fence(lines)
  local longest = 2
  for _, line in ipairs(lines) do
    longest = math.max(longest, #(line:match('^%s*(`+)') or ''))
  end
  return ('`'):rep(longest + 1)
end

--- `src/a.rs:10-20`
---@param buf integer
---@param first integer
---@param last integer
---@return string
local function heading(buf, first, last)
  local name = vim.api.nvim_buf_get_name(buf)
  local file = name == '' and 'unnamed buffer' or vim.fn.fnamemodify(name, ':.')
  local lines = first == last and tostring(first) or ('%d-%d'):format(first, last)
  return file .. ':' .. lines
end

--- The lines `first` to `last` (1-based) of `buf` in a fenced block under their place.
---@param buf integer
---@param first integer
---@param last integer
---@return string[]
function M.quoted(buf, first, last)
  local lines = vim.api.nvim_buf_get_lines(buf, first - 1, last, false)
  local mark = fence(lines)
  local quoted = { heading(buf, first, last), mark .. vim.bo[buf].filetype }
  vim.list_extend(quoted, lines)
  quoted[#quoted + 1] = mark
  return quoted
end

--- Sends `message`, and `quoted` after it.
---@param polecat string
---@param message string
---@param quoted? string[]
function M.send(polecat, message, quoted)
  local parts = message ~= '' and { message } or {}
  if quoted then
    parts[#parts + 1] = table.concat(quoted, '\n')
  end
  local args = { polecat = polecat, text = table.concat(parts, '\n\n') }
  backend.call(
    'session.inject',
    args,
    notify.or_error(function()
      notify.info(('sent to `%s`'):format(polecat))
    end)
  )
end

--- `<Plug>(PolecatInject)`: asks for the polecat, then for words about the selected lines.
function M.selection()
  local first, last = vim.fn.line('v'), vim.fn.line('.')
  if first > last then
    first, last = last, first
  end
  local quoted = M.quoted(vim.api.nvim_get_current_buf(), first, last)
  local at, from = where.here(), ask.from()
  vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'n', false)
  backend.call(
    'complete',
    { at = at },
    notify.or_error(function(known)
      if #known.running == 0 then
        return notify.warn('no polecat is running')
      end
      ask.select(
        known.running,
        { prompt = 'Write to which polecat?', from = from },
        function(polecat)
          if polecat then
            require('polecat.compose').open({ polecat = polecat, at = at, quote = quoted }, {})
          end
        end
      )
    end)
  )
end

return M
