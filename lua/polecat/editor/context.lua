--- From where in the editor a call is made: the backend finds the rig from it.
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

return M
