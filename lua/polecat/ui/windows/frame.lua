--- The frames of floating windows, and what stands in them.
local M = {}

--- The user's border for floats, where Neovim knows one.
---@return string?
function M.border()
  local own = vim.fn.exists('&winborder') == 1 and vim.o.winborder or ''
  return own == '' and 'rounded' or nil
end

--- A text in the frame of a float. On the frame's own ground: many colour schemes, Neovim's too, give
--- a title none, and it would stand on that of the editor.
---@param text string
---@param group string
---@return table
local function framed(text, group)
  return { text, { 'FloatBorder', group } }
end

--- A name that nobody has checked yet may hold a line break, which no title may.
---@param title string|polecat.Chunks
---@return table[]
function M.title(title)
  if type(title) == 'string' then
    return { framed(' ' .. vim.fn.strtrans(title) .. ' ', 'FloatTitle') }
  end
  local safe = vim.tbl_map(function(chunk)
    return framed(vim.fn.strtrans(chunk[1]), chunk[2] ~= '' and chunk[2] or 'FloatTitle')
  end, title)
  local blank = framed(' ', 'FloatTitle')
  return vim.list_extend({ blank }, vim.list_extend(safe, { blank }))
end

--- What the frame says below.
---@param text string
---@return table
function M.footer(text)
  return { footer = { framed(text, 'FloatFooter') }, footer_pos = 'right' }
end

--- The same of keys, in what room there is: the last of `keys` always.
---@param width integer
---@param keys string[]
---@return table
function M.keys(width, keys)
  local text = ''
  for at = 1, #keys - 1 do
    local longer = text .. keys[at] .. '  '
    if vim.fn.strdisplaywidth(longer .. keys[#keys]) + 2 <= width then
      text = longer
    end
  end
  local last = width < 20 and 'g?' or keys[#keys]
  return M.footer((' %s%s '):format(text, last))
end

return M
