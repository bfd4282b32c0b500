--- From where in the editor a call is made, from which the backend finds the rig; and what the editor
--- has open, which it cannot see.
local M = {}

--- The full path of the file that `buf` shows, if it shows one.
---@param buf integer
---@return string?
function M.file(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name ~= '' and vim.bo[buf].buftype == '' and not name:find('^%a[%w+.-]*://') then
    return vim.fn.fnamemodify(name, ':p')
  end
end

--- Where `buf` stands (the current buffer, when left out). Our own buffers stay with the rig
--- that they were opened for (`b:polecat_at`), whatever the working directory is by now.
---@param buf? integer
---@return polecat.At
function M.here(buf)
  buf = buf or vim.api.nvim_get_current_buf()
  local kept = vim.b[buf].polecat_at
  if kept then
    return kept
  end
  local file, cwd = M.file(buf), vim.fn.getcwd()
  -- Empty when the folder has been deleted; then no rig is found there, which is true.
  return { file = file and vim.fs.dirname(file), cwd = cwd ~= '' and cwd or '/' }
end

--- The files of buffers with changes that are not saved. What such a buffer would lose is not
--- in any file.
---@return string[]
local function unsaved()
  local files = {}
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    files[#files + 1] = vim.bo[buf].modified and M.file(buf) or nil
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
      found[vim.fn.getcwd(win, number)] = true
    end
  end
  -- Empty: it has been deleted.
  found[''] = nil
  return vim.tbl_keys(found)
end

---@return { unsaved: string[], dirs: string[] }
function M.editor()
  return { unsaved = unsaved(), dirs = dirs() }
end

return M
