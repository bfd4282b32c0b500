--- The backend, built from the plugin's own folder.
local task = require('polecat.install.task')
local binary = require('polecat.rpc.binary')

local M = {}

--- How many lines of a failed build are shown.
local TAIL_LINES = 8

--- Whether there is what it takes.
---@return boolean
function M.is_possible()
  return vim.fn.executable('cargo') == 1 and vim.uv.fs_stat(binary.root() .. '/Cargo.toml') ~= nil
end

---@async
---@param step fun(text: string)
---@return polecat.InstallResult
function M.run(step)
  local root, said = binary.root(), {}
  step('building the backend with cargo')
  local result = task.system({ 'cargo', 'build', '--release', '--locked', '--color=never' }, {
    cwd = root,
    env = { CARGO_TARGET_DIR = root .. '/target' },
    stderr = function(_, data)
      for line in vim.gsplit(vim.trim(data or ''), '\n', { trimempty = true }) do
        said[#said + 1] = line
        step('building the backend: ' .. vim.trim(line))
      end
    end,
  })
  if result.code ~= 0 then
    local last = table.concat(vim.list_slice(said, math.max(#said - TAIL_LINES + 1, 1)), '\n')
    local why = last == '' and result.stderr or last
    task.fail(('`cargo build` failed in `%s`: %s'):format(root, why))
  end
  return { path = binary.built(), how = 'built' }
end

return M
