--- What the editor has open, and where it stands: the backend cannot see it.
local context = require('polecat.editor.context')

local M = {}

--- The files of buffers with changes that are not saved. What such a buffer would lose is not
--- in any file.
---@return string[]
local function unsaved()
  local files = {}
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    files[#files + 1] = vim.bo[buf].modified and context.file(buf) or nil
  end
  return files
end

--- The current directories: Neovim's own, and those of its tabs and windows.
---@return string[]
local function dirs()
  local found = { [vim.fn.getcwd(-1, -1)] = true }
  for _, tab in ipairs(vim.api.nvim_list_tabpages()) do
    local number = vim.api.nvim_tabpage_get_number(tab)
    found[vim.fn.getcwd(-1, number)] = true
    for _, win in ipairs(vim.api.nvim_tabpage_list_wins(tab)) do
      -- Floats have a number only while they can be focused.
      local at = vim.api.nvim_win_get_number(win)
      local ok, dir = pcall(vim.fn.getcwd, at, number)
      if ok then
        found[dir] = true
      end
    end
  end
  -- Empty: it has been deleted.
  found[''] = nil
  return vim.tbl_keys(found)
end

---@return { unsaved: string[], dirs: string[] }
function M.read()
  return { unsaved = unsaved(), dirs = dirs() }
end

return M
